using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <summary>A server with one administrator and sixty users of all kinds, whose order of creation isn't that of their emails.</summary>
public sealed class PeopleApp(PostgresCluster cluster) : CortexApp(cluster), IAsyncLifetime
{
    /// <summary>The sixty users in order of creation, two of them on each day.</summary>
    public static IReadOnlyList<(string Email, string Tier, bool Active, bool Verified)> People { get; } =
    [
        .. Enumerable.Range(1, 60)
        .Select(n => ($"Person{n * 37 % 61:D2}@example.org", n % 3 == 0 ? "pro" : n % 20 == 0 ? "enterprise" : "free", n % 5 != 0, n % 2 == 0)),
    ];

    public HttpClient Admin { get; private set; } = null!;

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        for (var n = 0; n < People.Count; n++)
        {
            var (email, tier, active, verified) = People[n];
            await SqlAsync(
                "INSERT INTO users (email, password_hash, subscription_tier, is_active, is_verified, created_at) VALUES ($1, '!', $2, $3, $4, "
                    + "'2026-01-01Z'::timestamptz + $5 * interval '1 day')",
                email, tier, active, verified, n / 2);
        }

        Admin = (await this.SignUpStaffAsync()).Http;
    }
}
