export default {
  "sign_in.title": "Sign in",
  "sign_in.why": "This server asks for an API key. Whoever runs it gives you one.",
  "sign_in.key": "API key",
  "sign_in.wrong": "This key is wrong or has been revoked.",
  "sign_in.malformed": "That is not a key. Copy the whole of it; it begins with vv_.",
  "sign_in.out": "Sign out",
  "sign_in.busy": "A dictation is running. Finish it, then sign out.",
};
