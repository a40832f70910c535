using System.CommandLine;
using System.Globalization;
using Cortex.IdentityServer.Foundation.Secrets;
using Cortex.IdentityServer.Identity.SigningKeys;
using Cortex.IdentityServer.Identity.TwoFactor;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary><c>rotate-keys</c> creates a signing key and re-encrypts stored secrets with the first SECRET_KEY.</summary>
internal static class RotateKeysCommand
{
    /// <summary>The maximum number of undecryptable secrets that are listed by name.</summary>
    private const int MaxNames = 20;

    public static Command Create(Server server)
    {
        var now = new Option<bool>("--now")
        {
            Description = "Publish the new key immediately. It starts signing after 6 minutes and 15 seconds, when cached key sets have expired",
        };
        var revoke = new Option<bool>("--revoke")
        {
            Description = "For a leaked key: the new key signs immediately, and all older keys are removed. Access tokens that they signed are rejected; "
                + "sessions and refresh tokens stay valid",
        };
        var environment = CommonOptions.Environment();
        var command = new Command(
            "rotate-keys", "Creates a new signing key and re-encrypts stored secrets with the first SECRET_KEY.") { now, revoke, environment };
        command.SetAction((parsed, stop) =>
        {
            var urgency = parsed.GetValue(revoke) ? RotationUrgency.AtOnce : parsed.GetValue(now) ? RotationUrgency.Soon : RotationUrgency.Announced;
            return server.RunCommandAsync(parsed.GetValue(environment), work => RunAsync(work, urgency), stop);
        });
        return command;
    }

    private static async Task<int> RunAsync(CommandContext work, RotationUrgency urgency)
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
                        $"{Text(done.Processed)} of {Text(all)} TOTP secrets: {Text(done.Reencrypted)} re-encrypted")),
                work.Stop));
        var keys = await ActivatorUtilities.CreateInstance<SigningKeyReencryption>(work.Services).RunAsync(work.Stop);
        await Console.Out.WriteLineAsync(
            $"Re-encrypted with the first SECRET_KEY: {Text(secrets.Reencrypted)} of {Text(secrets.Processed)} TOTP secrets, {Text(keys.Reencrypted)} of "
                + $"{Text(keys.Processed)} signing keys.");
        if (work.Services.GetRequiredService<SecretOptions>().SecretKeys.Count > 1)
        {
            await Console.Out.WriteLineAsync(
                "Recovery codes and sessions that haven't been refreshed since still depend on the older key. Before you remove it, see \"Rotating "
                    + "the secrets\" in docs/operations.md.");
        }

        await ReportUndecryptableAsync("The TOTP secret of user", secrets.Undecryptable);
        await ReportUndecryptableAsync("Signing key", keys.Undecryptable);
        return secrets.Undecryptable.Count + keys.Undecryptable.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task ReplaceAsync(CommandContext work, RotationUrgency urgency)
    {
        var signing = work.Services.GetRequiredService<SigningOptions>();
        if (signing.IsSymmetric)
        {
            const string How = "set JWT_SECRET_KEY to new,old, restart the replicas, and remove the old value half an hour later (immediately if it leaked)";
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
                "None of the signing keys can be decrypted, so SECRET_KEY isn't the one that the servers use. Nothing was changed.");
        var from = replaced.SignsFrom.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        await Console.Out.WriteLineAsync($"Signing key {replaced.Kid} ({signing.Algorithm}) signs from {from}.");
        await Console.Out.WriteLineAsync(urgency == RotationUrgency.AtOnce
            ? $"Removed all older keys ({replaced.Removed}). Every replica rejects access tokens that they signed within a minute."
            : $"{(urgency == RotationUrgency.Soon ? "It is published now" : "It is published within a minute")}. Older keys stay published until the tokens "
                + "that they signed have expired.");
    }

    private static async Task ReportUndecryptableAsync(string what, IReadOnlyList<string> names)
    {
        foreach (var name in names.Take(MaxNames))
        {
            await Console.Error.WriteLineAsync($"{what} {name} can't be decrypted with any configured SECRET_KEY.");
        }

        if (names.Count > MaxNames)
        {
            await Console.Error.WriteLineAsync($"… and {Text(names.Count - MaxNames)} more.");
        }
    }

    private static string Text(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
