using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Passkeys;

/// <summary>Unanswered challenges are removed, because any client can request them.</summary>
public sealed class PasskeyChallengeTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Fact]
    public async Task Expired_challenges_are_removed()
    {
        await app.BeginPasskeyLoginAsync();
        Assert.Equal(1L, await CountAsync());

        app.Clock.Advance(TimeSpan.FromHours(1));

        await Poll.UntilAsync(TimeSpan.FromSeconds(5), "the removal", async () => (long)(await CountAsync())! == 0);
    }

    private Task<object?> CountAsync() => app.SqlAsync("SELECT count(*) FROM passkey_challenges");
}
