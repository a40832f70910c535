namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>A server with a member of the staff of each role for all tests of a class that only need somebody.</summary>
public class StaffedApp(PostgresCluster cluster) : CortexApp(cluster)
{
    private readonly Dictionary<string, (TwoFactorUser Person, DateTimeOffset Since)> _staff = [];

    public Task<TwoFactorUser> AdminAsync() => GetStaffAsync("admin");

    public Task<TwoFactorUser> SupportAsync() => GetStaffAsync("support");

    /// <summary>A new one where a test has moved the clock so far that the login is no fresh proof soon.</summary>
    private async Task<TwoFactorUser> GetStaffAsync(string role)
    {
        if (!_staff.TryGetValue(role, out var known) || Clock.GetUtcNow() - known.Since > TimeSpan.FromMinutes(8))
        {
            _staff[role] = known = (await this.SignedInStaffAsync(role), Clock.GetUtcNow());
        }

        return known.Person;
    }
}
