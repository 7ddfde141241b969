/** Every method of the Web API there is here. */
import type { Method } from '../api/method.ts';
import { assistantMethods } from './assistant.ts';
import { authMethods } from './auth.ts';
import { conversationMethods } from './conversations.ts';
import { fileMethods } from './files.ts';
import { chatMethods } from './messages/chat.ts';
import { streamMethods } from './messages/streams.ts';
import { oauthMethods } from './oauth.ts';
import { peopleMethods } from './people.ts';
import { viewMethods } from './views.ts';

export const METHODS: readonly Method[] = [
  ...authMethods,
  ...chatMethods,
  ...streamMethods,
  ...conversationMethods,
  ...peopleMethods,
  ...assistantMethods,
  ...fileMethods,
  ...viewMethods,
  ...oauthMethods,
];
