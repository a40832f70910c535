using System.Net;
using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Upgrades;

/// <summary>A rolling update from previous versions under load: nobody gets an error, and nothing that was answered with success is lost.</summary>
public sealed class RollingUpgradeTests
{
    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(1.5);

    public static TheoryData<string, string> Versions
    {
        get
        {
            var versions = new TheoryData<string, string>();
            foreach (var version in PreviousVersion.All)
            {
                versions.Add(version.Lacks, version.Commit);
            }

            return versions;
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Replicas_are_replaced_one_by_one_without_an_error_or_a_lost_write(string lacks, string commit)
    {
        var version = new PreviousVersion(commit, lacks);
        Assert.SkipUnless(version.IsBuilt, "the previous version is not built: .ci/run builds it");
        await using var servers = await UpgradeServers.StartAsync(version);
        Assert.Equal(lacks == "nothing", await HasMigrationAsync(servers, MigrationOf(lacks)));
        var load = await MixedLoad.StartAsync(servers.Balanced);
        await RunAsync();

        await servers.ReplaceAsync(0);
        Assert.True(await HasMigrationAsync(servers, MigrationOf(lacks)));

        // Both versions serve the same users.
        await RunAsync();
        await servers.ReplaceAsync(1);
        await RunAsync();
        await load.StopAsync();

        Assert.All(load.Results, answer => Assert.True(answer.Status is >= 200 and < 300, $"{answer}"));
        Assert.All(
            ["register", "login", "refresh", "new key", "revoke", "verify"], kind => Assert.Contains(load.Results, answer => answer.Request == kind));
        await load.AssertNothingLostAsync(servers.Balanced[1], servers.Postgres);
    }

    /// <remarks>A key or session from before the update works after it, and what ends on one version ends on the other.</remarks>
    [Fact]
    public async Task Credentials_work_across_versions_and_end_on_both()
    {
        var version = PreviousVersion.All[^1];
        Assert.SkipUnless(version.IsBuilt, "the previous version is not built: .ci/run builds it");
        await using var servers = await UpgradeServers.StartAsync(version);
        var (old, renewed) = (servers.Balanced[1], servers.Balanced[0]);
        var person = await old.SignUpAsync();
        var key = await old.NewKeyAsync(person);
        await servers.ReplaceAsync(0);

        Assert.Equal(204, await renewed.VerifyAsync(person.Token));
        Assert.Equal(204, await renewed.VerifyAsync(key.Text));
        var refreshed = Tokens.Of(await (await renewed.RefreshAsync(person.Tokens.RefreshToken)).JsonAsync(HttpStatusCode.OK));
        Assert.Equal(204, await old.VerifyAsync(refreshed.AccessToken));
        await (await old.SendAsync(HttpMethod.Delete, $"api-keys/{key.Id}", refreshed.AccessToken)).ShouldBeAsync(HttpStatusCode.NoContent);
        await ShouldEndAsync(renewed, key.Text);
        await (await renewed.PostAsync("logout", new { }, refreshed.AccessToken)).ShouldBeAsync(HttpStatusCode.NoContent);
        await ShouldEndAsync(old, refreshed.AccessToken);
    }

    private static Task<TimeSpan> ShouldEndAsync(Replica replica, string credential) =>
        Poll.UntilAsync(TimeSpan.FromSeconds(5), "the credential ends", async () => await replica.VerifyAsync(credential) == 401);

    private static string MigrationOf(string lacks) => lacks == "nothing" ? PreviousVersion.All[^2].Lacks : lacks;

    private static async Task<bool> HasMigrationAsync(UpgradeServers servers, string id) =>
        await servers.Postgres.SqlAsync("SELECT EXISTS (SELECT FROM \"__EFMigrationsHistory\" WHERE \"MigrationId\" = $1)", id) is true;

    private static Task RunAsync() => Task.Delay(Phase, TestContext.Current.CancellationToken);
}
