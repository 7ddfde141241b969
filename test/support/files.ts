/** The smallest files of each kind that a sniffer takes for one, written out by what their formats say. */
import { RED } from './pictures.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const box = (brand: string): Buffer =>
  Buffer.concat([Buffer.from([0, 0, 0, 24]), bytes(`ftyp${brand}\0\0\0\0${brand}mif1`), Buffer.alloc(64)]);
const riff = (form: string): Buffer => Buffer.concat([bytes('RIFF\x24\0\0\0'), bytes(form), Buffer.alloc(40)]);
/** An Ogg page whose only segment begins with these bytes. */
const ogg = (packet: string): Buffer =>
  Buffer.concat([bytes('OggS\0\x02'), Buffer.alloc(20), Buffer.from([1, 64]), bytes(packet), Buffer.alloc(64)]);

/** Files by extension. */
export const FILES = {
  png: RED,
  jpg: Buffer.concat([Buffer.from('ffd8ffe000104a46494600010100', 'hex'), Buffer.alloc(64)]),
  webp: riff('WEBPVP8 '),
  heic: box('heic'),
  gif: Buffer.concat([bytes('GIF89a\x02\0\x02\0\x80\0\0'), Buffer.alloc(16)]),
  bmp: Buffer.concat([bytes('BM\x46\0\0\0'), Buffer.alloc(64)]),
  pdf: bytes('%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n'),
  wav: riff('WAVEfmt '),
  mp3: Buffer.concat([
    bytes('ID3\x03\0\0\0\0\0\x0a'),
    Buffer.alloc(10),
    Buffer.from('fffb9064', 'hex'),
    Buffer.alloc(512),
  ]),
  flac: Buffer.concat([bytes('fLaC\0\0\0\x22'), Buffer.alloc(34)]),
  /** A voice message. */
  ogg: ogg('OpusHead\x01\x01'),
  m4a: box('M4A '),
  mp4: box('isom'),
  mov: box('qt  '),
  webm: Buffer.concat([
    Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d', 'hex'),
    Buffer.alloc(64),
  ]),
  zip: Buffer.concat([bytes('PK\x03\x04\x14\0\0\0'), Buffer.alloc(64)]),
  exe: Buffer.concat([bytes('MZ\x90\0'), Buffer.alloc(64)]),
} as const;
