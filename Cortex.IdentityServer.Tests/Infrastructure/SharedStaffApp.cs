namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>A server with one staff member per role for all tests of a class that need any staff member.</summary>
public class SharedStaffApp(PostgresCluster cluster) : CortexApp(cluster)
{
    private readonly Dictionary<string, (TwoFactorUser Person, DateTimeOffset Since)> _staff = [];

    public Task<TwoFactorUser> AdminAsync() => GetStaffAsync("admin");

    public Task<TwoFactorUser> SupportAsync() => GetStaffAsync("support");

    /// <summary>Returns the staff member of a role, and creates a new one when the login is about to be too old for sensitive actions.</summary>
    private async Task<TwoFactorUser> GetStaffAsync(string role)
    {
        if (!_staff.TryGetValue(role, out var known) || Clock.GetUtcNow() - known.Since > TimeSpan.FromMinutes(8))
        {
            _staff[role] = known = (await this.SignUpStaffAsync(role), Clock.GetUtcNow());
        }

        return known.Person;
    }
}
