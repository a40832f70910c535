using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Billing;

/// <remarks>A server without <c>POLAR_ACCESS_TOKEN</c> sells nothing.</remarks>
public sealed class BillingOffTests(SharedStaffApp app) : IClassFixture<SharedStaffApp>
{
    [Fact]
    public async Task There_are_no_checkouts_and_no_portal()
    {
        var (_, _, http) = await app.SignUpAsync();

        await (await http.BuyAsync("prod_a")).ShouldBeProblemAsync(404, "not_found");
        await (await http.OpenPortalAsync()).ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task Support_sees_that_it_is_off()
    {
        var staff = await app.SupportAsync();

        var polar = (await (await staff.Http.FetchAsync("/api/v1/admin/billing")).JsonAsync(HttpStatusCode.OK)).GetProperty("polar");

        Assert.Equal(["enabled", "api_url", "api_version"], polar.EnumerateObject().Select(field => field.Name));
        Assert.False(polar.GetProperty("enabled").GetBoolean());
        Assert.Equal("https://api.polar.sh", polar.GetProperty("api_url").GetString());
        Assert.Equal("2026-10", polar.GetProperty("api_version").GetString());
    }
}
