using System.CommandLine;
using Cortex.IdentityServer.Features.Billing.Polar;
using Cortex.IdentityServer.Features.Billing.Sync;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary><c>billing sync</c> asks Polar for the state of customers, and repairs what lost webhooks left behind.</summary>
internal static class BillingCommand
{
    /// <summary>How often a user is asked for again before the command gives up.</summary>
    private const int MaxRetries = 3;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan MaxRetryDelay = TimeSpan.FromMinutes(2);

    public static Command Create(Server server)
    {
        var environment = CommonOptions.Environment();
        var all = new Option<bool>("--all-users") { Description = "Ask for all users, not only for those who are known to be customers" };
        var user = new Option<Guid?>("--user")
        {
            HelpName = "id",
            Description = "Ask only for this user",
            CustomParser = given =>
            {
                if (Guid.TryParse(given.Tokens[0].Value, out var id))
                {
                    return id;
                }

                given.AddError("--user must be the id of a user, such as 0199f0f0-5b1e-7c3a-9d64-2f1f3f1c8a01.");
                return null;
            },
        };
        var sync = new Command("sync", "Asks Polar for the subscriptions of customers, and repairs what lost webhooks left behind.") { all, user, environment };
        sync.Validators.Add(given =>
        {
            if (given.GetValue(all) && given.GetResult(user) is not null)
            {
                given.AddError("Use either --all-users or --user.");
            }
        });
        sync.SetAction((parsed, stop) => server.RunCommandAsync(
            parsed.GetValue(environment), work => SyncAsync(work, parsed.GetValue(user), parsed.GetValue(all)), stop));
        return new("billing", "Maintains billing.") { sync };
    }

    private static async Task<int> SyncAsync(CommandContext work, Guid? only, bool all)
    {
        if (!work.Services.GetRequiredService<PolarClient>().IsEnabled)
        {
            throw new CommandFailedException("Set POLAR_ACCESS_TOKEN first: without it, Polar can't be asked.");
        }

        var (asked, repaired, unknown, unusable) = (0, 0, 0, 0);
        var users = only is { } one ? new[] { one }.ToAsyncEnumerable() : work.Services.GetRequiredService<CustomerList>().ListAsync(all, work.Stop);
        await foreach (var userId in users.WithCancellation(work.Stop))
        {
            asked++;
            switch (await AskAsync(work, userId))
            {
                case SyncResult.Repaired change:
                    repaired++;
                    await Console.Out.WriteLineAsync(change.TierAfter is null
                        ? $"{userId}: subscription updated, tier unchanged"
                        : $"{userId}: tier changed from {change.TierBefore} to {change.TierAfter}");
                    break;
                case SyncResult.Unknown:
                    unknown++;
                    break;
                case SyncResult.Unusable answer:
                    unusable++;
                    await Console.Error.WriteLineAsync($"{userId}: Polar's answer can't be used ({answer.Reason})");
                    break;
                case SyncResult.Failed failed:
                    throw new CommandFailedException($"Polar can't be asked ({failed.Reason}). {Summary(asked - 1, repaired, unknown)}");
            }
        }

        await Console.Out.WriteLineAsync(Summary(asked, repaired, unknown));
        return unusable > 0 ? ExitCode.SomeFailed : ExitCode.Done;
    }

    private static async Task<SyncResult> AskAsync(CommandContext work, Guid userId)
    {
        for (var retries = 0; ; retries++)
        {
            await using var scope = work.Services.CreateAsyncScope();
            var result = await scope.ServiceProvider.GetRequiredService<CustomerSync>().RunAsync(userId, work.Stop);
            if (result is not SyncResult.Failed failed || failed.Reason == PolarFailure.WrongVersion || retries == MaxRetries)
            {
                return result;
            }

            var wait = failed.RetryAfter ?? RetryDelay;
            await Task.Delay(wait < MaxRetryDelay ? wait : MaxRetryDelay, TimeProvider.System, work.Stop);
        }
    }

    private static string Summary(int asked, int repaired, int unknown) =>
        $"Users asked for: {asked}; repaired: {repaired}; not known to Polar: {unknown}.";
}
