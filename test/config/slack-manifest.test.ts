/** The manifest of the Slack app asks for what the code uses, and for nothing else. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ENGLISH } from '../../src/notices/english.ts';
import type { PER_MINUTE } from '../../src/slack-api/calls.ts';
import { BOT_SCOPES } from '../../src/slack-api/installs.ts';
import { ROOT } from '../support/layout.ts';

const manifest = parse(readFileSync(join(ROOT, 'config/slack-manifest.yaml'), 'utf8'));
const scopes: readonly string[] = manifest.oauth_config.scopes.bot;
const events: readonly string[] = manifest.settings.event_subscriptions.bot_events;

/** @see https://docs.slack.dev/reference/events */
const SCOPE_OF_EVENT: Readonly<Record<string, string | undefined>> = {
  app_mention: 'app_mentions:read',
  'message.im': 'im:history',
  'message.channels': 'channels:history',
  'message.groups': 'groups:history',
  'message.mpim': 'mpim:history',
  app_home_opened: undefined,
  agent_session_stopped: undefined,
  app_uninstalled: undefined,
  tokens_revoked: undefined,
};

/** @see https://docs.slack.dev/reference/methods */
const SCOPE_OF_METHOD: Readonly<Record<keyof typeof PER_MINUTE, string | undefined>> = {
  'chat.postMessage': 'chat:write',
  'chat.update': 'chat:write',
  'chat.delete': 'chat:write',
  'chat.startStream': 'chat:write',
  'chat.appendStream': 'chat:write',
  'chat.stopStream': 'chat:write',
  'assistant.threads.setStatus': 'chat:write',
  'assistant.threads.setTitle': 'assistant:write',
  'assistant.threads.setSuggestedPrompts': 'assistant:write',
  'chat.postEphemeral': 'chat:write',
  'views.open': undefined,
  'auth.test': undefined,
  'conversations.replies': 'channels:history',
  'views.update': undefined,
  'views.push': undefined,
  'views.publish': undefined,
  'conversations.open': 'im:write',
  'users.info': 'users:read',
  'files.info': 'files:read',
  'files.getUploadURLExternal': 'files:write',
  'files.completeUploadExternal': 'files:write',
};

const REFERENCE = join(process.env.OPENAPI_DIR ?? '', 'slack-methods.json');

describe('the manifest', () => {
  it('has each scope that an event or a call needs, and no other', () => {
    expect(events.toSorted()).toEqual(Object.keys(SCOPE_OF_EVENT).toSorted());
    expect(manifest.features.slash_commands).toHaveLength(1);
    const needed = ['commands', ...Object.values(SCOPE_OF_EVENT), ...Object.values(SCOPE_OF_METHOD)].flatMap(
      (scope) => scope ?? [],
    );
    expect(scopes.toSorted()).toEqual([...new Set(needed)].toSorted());
  });

  it('asks for the scopes that each workspace is asked for', () => {
    expect(scopes.toSorted()).toEqual([...BOT_SCOPES].toSorted());
  });

  it('lets people write to the bot', () => {
    expect(manifest.features.app_home).toMatchObject({
      messages_tab_enabled: true,
      messages_tab_read_only_enabled: false,
    });
  });

  it('offers the examples that the bot offers', () => {
    expect(manifest.features.agent_view.suggested_prompts).toEqual(ENGLISH.plain.examples);
  });

  it('is for Socket Mode and, by the command that README.md gives, for HTTP: nothing else is another', () => {
    const [command = ''] =
      /^sed '.*config\/slack-manifest\.yaml$/mu.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
    const overHttp = parse(execFileSync('sh', ['-c', command], { cwd: ROOT, encoding: 'utf8' }));
    const { slash_commands: commands } = manifest.features;
    const { event_subscriptions: subscriptions, interactivity } = manifest.settings;
    const url = 'https://your-host/slack/events';
    expect(manifest.settings.socket_mode_enabled).toBe(true);
    expect(JSON.stringify(manifest)).not.toContain('url');
    expect(overHttp).toEqual({
      ...manifest,
      features: { ...manifest.features, slash_commands: [{ ...commands[0], url }] },
      settings: {
        ...manifest.settings,
        event_subscriptions: { ...subscriptions, request_url: url },
        interactivity: { ...interactivity, request_url: url },
        socket_mode_enabled: false,
      },
    });
  });

  it('is installed workspace by workspace, as installations are kept', () => {
    expect(manifest.settings.org_deploy_enabled).toBe(false);
  });

  it.skipIf(process.env.OPENAPI_DIR === undefined || !existsSync(REFERENCE))('agrees with the reference', () => {
    const reference = JSON.parse(readFileSync(REFERENCE, 'utf8'));
    for (const [method, scope] of Object.entries(SCOPE_OF_METHOD)) {
      if (scope !== undefined) expect(reference[method].scope.bot, method).toContain(scope);
    }
  });
});
