using Cortex.IdentityServer.Tests.Faults;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Passkeys;

/// <summary>Questions that nobody answered don't stay: anybody may ask for one.</summary>
public sealed class PasskeyChallengeTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Fact]
    public async Task What_is_over_is_removed()
    {
        await app.AskForPasskeyAsync();
        Assert.Equal(1L, await CountAsync());

        app.Clock.Advance(TimeSpan.FromHours(1));

        await Within.UntilAsync(TimeSpan.FromSeconds(5), "the removal", async () => (long)(await CountAsync())! == 0);
    }

    private Task<object?> CountAsync() => app.SqlAsync("SELECT count(*) FROM passkey_challenges");
}
