using System.CommandLine;
using System.Globalization;
using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Identity.SigningKeys;
using Cortex.IdentityServer.Identity.TwoFactor;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary><c>rotate-keys</c>: a new signing key, and everything encrypted under the first SECRET_KEY.</summary>
internal static class RotateKeysCommand
{
    /// <summary>Names of what can't be decrypted that are told; more of them would tell no more.</summary>
    private const int MostNames = 20;

    public static Command Create(Server server)
    {
        var now = new Option<bool>("--now")
        {
            Description = "Publish the new key at once; it signs after 6 minutes and 15 seconds, when caches of the list of keys have expired",
        };
        var revoke = new Option<bool>("--revoke")
        {
            Description = "For a leaked key: the new key signs at once, and all older keys are removed. Access tokens signed by them are refused; sessions "
                + "and refresh tokens stay valid",
        };
        var environment = CommonOptions.Environment();
        var command = new Command(
            "rotate-keys", "Creates a new signing key, and encrypts stored secrets with the first SECRET_KEY.") { now, revoke, environment };
        command.SetAction((parsed, stop) =>
        {
            var urgency = parsed.GetValue(revoke) ? RotationUrgency.AtOnce : parsed.GetValue(now) ? RotationUrgency.Soon : RotationUrgency.Announced;
            return server.WorkAsync(parsed.GetValue(environment), work => RunAsync(work, urgency), stop);
        });
        return command;
    }

    private static async Task<int> RunAsync(Work work, RotationUrgency urgency)
    {
        await ReplaceAsync(work, urgency);
        var totp = ActivatorUtilities.CreateInstance<TotpSecretReencryption>(work.Services);
        var all = await totp.CountAsync(work.Stop);
        var secrets = all == 0 ? Reencryption.None : await IProgressDisplay.Choose().ShowAsync(
            "TOTP secrets",
            report => totp.RunAsync(
                done => report(
                    new(
                        done.Processed, Math.Min(1, (double)done.Processed / all),
                        $"{Text(done.Processed)} of {Text(all)} TOTP secrets: {Text(done.Reencrypted)} encrypted again")),
                work.Stop));
        var keys = await ActivatorUtilities.CreateInstance<SigningKeyReencryption>(work.Services).RunAsync(work.Stop);
        await Console.Out.WriteLineAsync(
            $"Encrypted again with the first SECRET_KEY: {Text(secrets.Reencrypted)} of {Text(secrets.Processed)} TOTP secrets, {Text(keys.Reencrypted)} of "
                + $"{Text(keys.Processed)} signing keys.");
        if (work.Services.GetRequiredService<SecretOptions>().SecretKeys.Count > 1)
        {
            await Console.Out.WriteLineAsync(
                "Recovery codes, and sessions that haven't been refreshed since, still depend on the older one: before you remove it, see \"Rotating the "
                    + "secrets\" in docs/operations.md.");
        }

        await TellLostAsync("The TOTP secret of user", secrets.Undecryptable);
        await TellLostAsync("Signing key", keys.Undecryptable);
        return secrets.Undecryptable.Count + keys.Undecryptable.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task ReplaceAsync(Work work, RotationUrgency urgency)
    {
        var signing = work.Services.GetRequiredService<SigningOptions>();
        if (signing.IsSymmetric)
        {
            const string How = "set JWT_SECRET_KEY to new,old, restart the replicas, and remove the old one half an hour later (at once if it leaked)";
            if (urgency == RotationUrgency.AtOnce)
            {
                throw new CommandFailedException(
                    "Access tokens are signed with JWT_SECRET_KEY (HS256), which can only be replaced by changing that variable. Nothing was changed. To "
                        + $"rotate it, {How}.");
            }

            await Console.Out.WriteLineAsync($"Access tokens are signed with JWT_SECRET_KEY (HS256), so there is no key pair to replace. To rotate it, {How}.");
            return;
        }

        var replaced = await ActivatorUtilities.CreateInstance<SigningKeyReplacement>(work.Services).ReplaceAsync(urgency, work.Stop)
            ?? throw new CommandFailedException(
                "None of the signing keys can be decrypted: SECRET_KEY isn't the one that the servers use. Nothing was changed.");
        var from = replaced.SignsFrom.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        await Console.Out.WriteLineAsync($"Signing key {replaced.Kid} ({signing.Algorithm}) signs from {from} on.");
        await Console.Out.WriteLineAsync(urgency == RotationUrgency.AtOnce
            ? $"Removed all older keys ({replaced.Removed}). Access tokens signed by them are refused, within a minute on every replica."
            : $"{(urgency == RotationUrgency.Soon ? "It is published now" : "It is published within a minute")}. Older keys stay published until the tokens "
                + "that they signed have expired.");
    }

    private static async Task TellLostAsync(string what, IReadOnlyList<string> names)
    {
        foreach (var name in names.Take(MostNames))
        {
            await Console.Error.WriteLineAsync($"{what} {name} can't be decrypted with any SECRET_KEY that is set.");
        }

        if (names.Count > MostNames)
        {
            await Console.Error.WriteLineAsync($"… and {Text(names.Count - MostNames)} more.");
        }
    }

    private static string Text(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
