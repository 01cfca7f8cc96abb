// The way in, where the server asks who somebody is.
import { useState } from "react";
import { ApiError, providerURL, signIn } from "../api/client";
import type { AccessState } from "../api/wire";
import { useNavigation } from "../state/router";
import { useTitle } from "./shell";

// What the server's /signin/… sends back as ?why=.
const reasons: Record<string, string> = {
  expired: "The sign-in took too long or was begun in another browser. Begin again.",
  role: "You are known to the identity provider, but nobody gave you a role here. Ask whoever keeps the access file.",
  provider: "The identity provider did not answer as it should. Try again; if it stays so, the server's log has the cause.",
};

export function SignInPage({ access, onSignedIn }: { access: AccessState; onSignedIn(): void }) {
  useTitle("Sign in");
  const { path, search, go } = useNavigation();
  const [token, setToken] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState(reasons[search.get("why") ?? ""] ?? "");
  const to = path === "/signin" ? "/" : path + (search.size > 0 ? `?${search.toString()}` : "");
  const submit = async () => {
    setBusy(true);
    setFailure("");
    try {
      await signIn(token.trim(), new AbortController().signal);
      if (path === "/signin") go("/", { replace: true });
      onSignedIn();
    } catch (error) {
      setFailure(error instanceof ApiError ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <section className="card signin" aria-labelledby="signin-title">
      <h1 id="signin-title">Sign in</h1>
      {failure !== "" && <p className="error" role="alert">{failure}</p>}
      {access.provider && <p><a className="button primary" href={providerURL(to)}>Sign in with your company’s account</a></p>}
      <form onSubmit={(e) => { e.preventDefault(); void submit(); }}>
        <label className="stacked">Access token<input type="password" value={token} autoComplete="current-password" maxLength={200} required autoFocus={!access.provider} onChange={(e) => setToken(e.target.value)} /></label>
        <div className="buttons"><button type="submit" className={access.provider ? "" : "primary"} disabled={busy || token.trim() === ""}>{busy ? "Signing in…" : "Sign in"}</button></div>
      </form>
      <p className="muted small">Tokens come from whoever runs this server (<code>rankle token</code>). You stay signed in for twelve hours in this browser.</p>
    </section>
  );
}
