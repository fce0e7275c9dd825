import { expect, test } from 'vitest';
import { decodeGatewayReply, decodeGatewayRequest, decodeOfflineRequest } from './gateway.js';

test('a gateway request may lack uid and token, as the published client sends it', () => {
  expect(decodeGatewayRequest('{"appid":"x","uid":null,"wss":false}')).toEqual({
    ok: true,
    value: { appid: 'x', uid: '', token: '', wss: false },
  });
});

test.each([[''], ['null'], ['[]'], ['"text"'], ['{"appid":1}'], ['{"appid":"x","uid":7}'], ['{"uid":"a"}']])(
  'a request of %s is refused',
  (body) => {
    expect(decodeGatewayRequest(body).ok).toBe(false);
  },
);

test('the other bodies name the field that is wrong', () => {
  expect(decodeOfflineRequest('{"uid":"a","sessId":7,"appId":"x"}')).toEqual({ ok: false, field: 'sessId' });
  expect(decodeGatewayReply('{"code":"0"}')).toEqual({ ok: false, field: 'code' });
  expect(decodeGatewayReply('{"code":0,"sessionid":"s","addresses":[{"type":0,"addr":"h","port":1}]}')).toEqual({
    ok: true,
    value: { code: 0, sessionid: 's', addresses: [{ type: 0, addr: 'h', port: 1 }] },
  });
});
