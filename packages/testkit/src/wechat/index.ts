/** The `wx` of a mini-program, over real sockets and HTTP. */
export { ScriptedWechat } from './scripted-wechat.js';
