/*
 * words.js - everything the page of device logins says; both languages have the same members.
 *
 * Every reason of "Device login" in docs/API.md has a sentence in both; a test compares them.
 */
const minutes = (data) => Math.max(1, Math.ceil((data.retryAfterMs || 0) / 60000));

export const english = {
  title: "Sign in a device",
  asks: "A device wants to buy in your name. It shows a code.",
  code: "The code on the device",
  compare: "Allow it only if this very code is on the screen of a device that you have at hand " +
    "and started yourself. If somebody sent you the code or this link, refuse.",
  youAre: "You are",
  signOut: "Sign out",
  name: "Your name",
  nameHint: "This shop is on trial: a name is believed as it is typed.",
  allow: "Allow",
  deny: "Refuse",
  token: "Your token",
  tokenHint: "Sign in first. The token stays in this browser, as on the sale page.",
  signIn: "Sign in",
  reasons: {
    ALLOWED: "The device is let in. You can close this page.",
    DENIED: "The device is refused. You can close this page.",
    NO_CODE: "There is no such code. Compare it with the device; perhaps it has expired.",
    TOO_MANY_GUESSES: (data) => `Too many wrong codes. Try again in ${minutes(data)} min.`,
    TOO_FAST: "Too fast. Wait a moment, then try again.",
    NO_TOKEN: "Sign in first.",
    BAD_TOKEN: "This token is not valid here, or has expired. Sign in again.",
    OTHER_USER: "The token is another user's.",
    BAD_REQUEST: "The server did not understand this. Check the code and the name.",
    BUSY: "The server is busy. Try again.",
    UNKNOWN: "It may have been done. Try again: that tells.",
    NO_ANSWER: "No answer. Try again: if it was done, that tells.",
    NOT_FOUND: "Signing in devices is not set up here.",
  },
  other: (reason) => `The server said ${reason}.`,
};

export const chinese = {
  title: "设备登录",
  asks: "有一台设备请求以您的名义购买，并显示了一个代码。",
  code: "设备上显示的代码",
  compare: "只有当您手边、由您自己启动的设备上正显示这个代码时，才允许登录。" +
    "如果代码或本页链接是别人发给您的，请拒绝。",
  youAre: "当前用户",
  signOut: "退出登录",
  name: "您的名字",
  nameHint: "试用模式：输入的名字不经验证。",
  allow: "允许",
  deny: "拒绝",
  token: "您的令牌",
  tokenHint: "请先登录。令牌保存在本浏览器中，与抢购页相同。",
  signIn: "登录",
  reasons: {
    ALLOWED: "已允许该设备登录，可以关闭本页。",
    DENIED: "已拒绝该设备登录，可以关闭本页。",
    NO_CODE: "没有这个代码。请与设备核对，代码也可能已过期。",
    TOO_MANY_GUESSES: (data) => `错误次数过多，请 ${minutes(data)} 分钟后再试。`,
    TOO_FAST: "提交过快，请稍后再试。",
    NO_TOKEN: "请先登录。",
    BAD_TOKEN: "登录已失效，请重新登录。",
    OTHER_USER: "令牌属于其他用户。",
    BAD_REQUEST: "请求有误，请检查代码和名字。",
    BUSY: "系统繁忙，请重试。",
    UNKNOWN: "结果未知，请再试，即可得知。",
    NO_ANSWER: "没有回应，请再试；如已完成，会告知。",
    NOT_FOUND: "这里未启用设备登录。",
  },
  other: (reason) => `服务器回答：${reason}。`,
};
