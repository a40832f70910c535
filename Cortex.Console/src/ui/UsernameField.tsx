/** The account's email beside a password, for password managers. Nobody needs to see or reach it. */
export function UsernameField({ email }: { email: string }) {
  return <input type="email" name="username" autoComplete="username" value={email} readOnly hidden />;
}
