using System.Globalization;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>A server behind a trusted proxy, so that a test can choose the client address of each login.</summary>
public class ClientAddressApp(PostgresCluster cluster) : CortexApp(cluster)
{
    public const string UnknownAddress = "203.0.113.7";

    protected override IEnumerable<(string Name, string Value)> Settings => [("TRUSTED_PROXIES", "127.0.0.1"), ("HASHING_QUEUE", "400")];

    public HttpClient From(string address, HttpClient? http = null)
    {
        http ??= Anonymous();
        http.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return http;
    }

    public Task<HttpResponseMessage> PostLoginAsync(string email, string password, string from = UnknownAddress) =>
        From(from).PostAsync("/api/v1/auth/login", new { email, password });

    /// <summary>Sends wrong passwords in a row, advancing the clock so that none of them is throttled.</summary>
    public async Task FailLoginsAsync(string email, int times, string from = UnknownAddress)
    {
        for (var i = 0; i < times; i++)
        {
            Clock.Advance(TimeSpan.FromSeconds(i < 5 ? 0 : Math.Pow(2, i - 5)));
            await (await PostLoginAsync(email, "not the password", from)).ShouldBeProblemAsync(401, "invalid_credentials");
        }
    }

    public static async Task ShouldBeThrottledAsync(HttpResponseMessage response, int seconds)
    {
        await response.ShouldBeProblemAsync(429, "rate_limited");
        Assert.Equal(seconds.ToString(CultureInfo.InvariantCulture), response.Headers.GetValues("Retry-After").Single());
    }
}
