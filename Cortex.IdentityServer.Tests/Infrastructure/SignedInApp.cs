namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>A server with one caller for all tests of a class that only need somebody: a hash for each row of a table would take most of the time.</summary>
public sealed class SignedInApp(PostgresCluster cluster) : CortexApp(cluster)
{
    private Task<(TestUser User, Tokens Tokens, HttpClient Http)>? _caller;
    private Task<HttpClient>? _introspector;

    /// <summary>Good until a test moves the clock by half an hour.</summary>
    public Task<(TestUser User, Tokens Tokens, HttpClient Http)> CallerAsync() => _caller ??= SignedInAsync();

    /// <summary>A service that may ask about tokens, whatever the clock says.</summary>
    public Task<HttpClient> IntrospectorAsync() => _introspector ??= MakeIntrospectorAsync();

    private async Task<HttpClient> MakeIntrospectorAsync()
    {
        var (_, _, http) = await SignedInAsync();
        return WithKey((await GenerateKeyAsync(http, "introspect")).Key);
    }
}
