import { expect, test } from 'vitest';
import { sniffContentType } from './sniff.ts';

test.each([
  ['', 'text/plain; charset=utf-8'],
  ['hello', 'text/plain; charset=utf-8'],
  ['\x1b[0m escape is text', 'text/plain; charset=utf-8'],
  ['a\x00b', 'application/octet-stream'],
  [' \n<!doctype html>', 'text/html; charset=utf-8'],
  ['<body>', 'text/html; charset=utf-8'],
  ['<bodyx', 'text/plain; charset=utf-8'],
  ['<p', 'text/plain; charset=utf-8'],
  ['<!-->', 'text/html; charset=utf-8'],
  ['\t<?xml version', 'text/xml; charset=utf-8'],
  [' %PDF-', 'text/plain; charset=utf-8'],
  ['\xff\xfe', 'text/plain; charset=utf-8'],
  ['\xff\xfeab', 'text/plain; charset=utf-16le'],
  ['RIFF\x01\x02\x03\x04WEBPVP8', 'image/webp'],
  ['RIFF\x01\x02\x03\x04WAVE', 'audio/wave'],
  ['\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isommp41', 'video/mp4'],
  ['\x00\x00\x00\x10ftypisommp42', 'application/octet-stream'],
  ['\x1a\x45\xdf\xa3', 'video/webm'],
  [`${'\x00'.repeat(34)}LP`, 'application/vnd.ms-fontobject'],
  ['\x00\x01\x00\x00', 'font/ttf'],
  ['Rar!\x1a\x07\x01\x00', 'application/x-rar-compressed'],
  ['\x00asm', 'application/wasm'],
])('sniffContentType of %j is %s', (text, wanted) => {
  expect(sniffContentType(Buffer.from(text, 'latin1'))).toBe(wanted);
});

test('sniffContentType looks at 512 bytes only', () => {
  expect(sniffContentType(Buffer.from(`${'a'.repeat(512)}\x00`))).toBe('text/plain; charset=utf-8');
});
