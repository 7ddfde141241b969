/** What the real services answered: reads `RECORDED_DIR`, which `.ci/run` sets. Nothing of it is copied into the project. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What a correct client extracts from a recorded answer. A field is absent where the answer has nothing of it. */
export interface Expected {
  readonly outcome: string;
  readonly text_sha256: string;
  readonly thought_chars?: number;
  readonly finishReason?: string;
  readonly finishMessage?: string;
  readonly blockReason?: string;
  readonly blockReasonMessage?: string;
  readonly modelVersion?: readonly string[];
  readonly usage?: Readonly<Record<string, number>>;
  readonly sources?: number;
  readonly sourceKinds?: readonly string[];
  readonly supports?: number;
  readonly supportsByteExact?: number;
  readonly searchQueries?: readonly string[];
  readonly searchEntryPoint?: boolean;
  readonly citationsWithUri?: number;
  readonly functionCalls?: readonly Readonly<Record<string, unknown>>[];
  readonly codeParts?: number;
  readonly codeOutcomes?: readonly string[];
  readonly serverToolParts?: number;
  readonly urlContext?: readonly string[];
  readonly images?: readonly { readonly mimeType: string; readonly bytes: number }[];
  readonly signatures?: number;
  readonly error?: { readonly code: number; readonly status: string; readonly message: string };
}

/** One recorded answer of the Gemini API, byte for byte. */
export interface GeminiRecording {
  readonly id: string;
  readonly operation: 'generateContent' | 'streamGenerateContent' | 'countTokens';
  readonly httpStatus: number;
  readonly contentType: string | null;
  readonly model: string | null;
  readonly body: Buffer;
  readonly expect: Expected;
}

interface Listed extends Omit<GeminiRecording, 'body'> {
  readonly file: string;
}

/** The folder of recordings, or undefined where there is none. */
export const recordedDir = process.env['RECORDED_DIR'];

/** Every recorded answer; none without `RECORDED_DIR`. */
export function geminiRecordings(): readonly GeminiRecording[] {
  if (recordedDir === undefined) return [];
  const folder = path.join(recordedDir, 'gemini');
  // The list has the shape above: its README says so, and the conformance suite reads every field of it.
  const listed = JSON.parse(readFileSync(path.join(folder, 'expect.json'), 'utf8')) as readonly Listed[];
  return listed.map((each) => ({ ...each, body: readFileSync(path.join(folder, each.file)) }));
}
