import { expect, test } from 'vitest';
import { parseOrigin } from './address.ts';
import { readAwsSettings } from './credentials.ts';

const shown = (text: string, env: Record<string, string> = {}) => {
  const { base, prefix, region } = parseOrigin(text, { HOME: '/nonexistent', ...env });
  return [base.href, prefix, region];
};

test.each([
  ['https://mirror.example/boot/', {}, ['https://mirror.example/', '/boot', undefined]],
  ['s3://images', { AWS_REGION: 'eu-west-1' }, ['https://images.s3.eu-west-1.amazonaws.com/', '', 'eu-west-1']],
  ['s3://a.b/x', {}, ['https://s3.us-east-1.amazonaws.com/', '/a.b/x', 'us-east-1']],
  ['s3://images/x?endpoint=http://127.0.0.1:9000&region=r', {}, ['http://127.0.0.1:9000/', '/images/x', 'r']],
  [
    's3://images/x',
    { AWS_ENDPOINT_URL_S3: 'https://s3.example:9000' },
    ['https://s3.example:9000/', '/images/x', 'us-east-1'],
  ],
  ['s3://images/x?endpoint=https://s3.example&pathStyle=false', {}, ['https://images.s3.example/', '/x', 'us-east-1']],
])('parseOrigin reads %s', (text, env, wanted) => {
  expect(shown(text, env)).toEqual(wanted);
});

test.each([
  ['images', /^no URL: wanted https:\/\/HOST\/PREFIX or s3:/],
  ['https://user:secret@mirror.example/', /^a URL with a password in it is seen by everybody/],
  ['https://mirror.example/?token=x', /^what follows \? or # cannot be kept/],
  ['ftp://mirror.example/', /^no origin is named ftp/],
  ['s3://images?secret=x', /^no parameter is named secret/],
  ['s3://images?endpoint=file:///etc', /^the endpoint is no URL of HTTP/],
])('parseOrigin refuses %s', (text, reason) => {
  expect(() => shown(text)).toThrow(reason);
  expect(() => shown(text)).not.toThrow('user:secret');
});

const files: Record<string, string> = {
  '/h/.aws/credentials':
    '[default]\naws_access_key_id = A1\naws_secret_access_key=S1\n# x\n[other]\naws_access_key_id=A2\naws_secret_access_key = S2=\naws_session_token=T2\n',
  '/h/.aws/config': '[default]\nregion = r1\n[profile other]\nregion=r2\n',
};
const read = (path: string) => files[path];

test.each([
  [{}, { credentials: { accessKeyId: 'A1', secretAccessKey: 'S1' }, region: 'r1' }],
  [
    { AWS_PROFILE: 'other' },
    { credentials: { accessKeyId: 'A2', secretAccessKey: 'S2=', sessionToken: 'T2' }, region: 'r2' },
  ],
  [
    { AWS_ACCESS_KEY_ID: 'A3', AWS_SECRET_ACCESS_KEY: 'S3', AWS_REGION: 'r3' },
    { credentials: { accessKeyId: 'A3', secretAccessKey: 'S3' }, region: 'r3' },
  ],
  [{ AWS_SHARED_CREDENTIALS_FILE: '/none' }, { credentials: undefined, region: 'r1' }],
])('readAwsSettings of %j', (env, wanted) => {
  expect(readAwsSettings({ HOME: '/h', ...env }, read)).toMatchObject(wanted);
});
