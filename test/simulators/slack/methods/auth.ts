/** Methods about the app itself: who it is, and where its socket is. */
import type { Method } from '../api/method.ts';

export const authMethods: readonly Method[] = [
  {
    name: 'auth.test',
    token: 'bot',
    scopes: [],
    tier: 'special',
    required: [],
    handle: ({ workspace, world }) => ({
      url: `https://${workspace.domain}.slack.com/`,
      team: workspace.name,
      user: workspace.bot.name,
      team_id: workspace.id,
      user_id: workspace.bot.id,
      bot_id: workspace.bot.bot?.id,
      app_id: world.app.id,
      ...(workspace.organisation === undefined ? {} : { enterprise_id: workspace.organisation.id }),
      is_enterprise_install: false,
    }),
  },
  {
    name: 'apps.connections.open',
    token: 'app',
    scopes: ['connections:write'],
    tier: 3,
    required: [],
    handle: ({ sockets }) => ({ url: sockets.newUrl() }),
  },
];
