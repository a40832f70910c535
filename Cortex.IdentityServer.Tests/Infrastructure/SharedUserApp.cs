namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>A server with one caller for all tests of a class that need any user, because a new user for each theory row would be slow.</summary>
public sealed class SharedUserApp(PostgresCluster cluster) : CortexApp(cluster)
{
    private Task<(TestUser User, Tokens Tokens, HttpClient Http)>? _caller;
    private Task<HttpClient>? _introspector;

    /// <summary>Returns the caller, whose access token is valid until a test advances the clock by half an hour.</summary>
    public Task<(TestUser User, Tokens Tokens, HttpClient Http)> CallerAsync() => _caller ??= SignUpAsync();

    /// <summary>Returns a client that may introspect tokens, whose key doesn't expire.</summary>
    public Task<HttpClient> IntrospectorAsync() => _introspector ??= CreateIntrospectorAsync();

    private async Task<HttpClient> CreateIntrospectorAsync()
    {
        var (_, _, http) = await SignUpAsync();
        return WithKey((await GenerateKeyAsync(http, "introspect")).Key);
    }
}
