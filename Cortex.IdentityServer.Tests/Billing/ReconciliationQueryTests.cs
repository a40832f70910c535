using System.Globalization;
using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Billing;

/// <summary>The parameters of the comparison with Polar.</summary>
public sealed class ReconciliationQueryTests(SharedStaffApp app) : IClassFixture<SharedStaffApp>
{
    private const string Route = "/api/v1/admin/billing/reconciliation";

    [Fact]
    public async Task The_default_is_the_current_month_and_old_months_are_marked()
    {
        Assert.Equal(
            app.Clock.GetUtcNow().ToString("yyyy-MM", CultureInfo.InvariantCulture), (await PageAsync("limit=1")).GetProperty("month").GetString());
        Assert.True((await PageAsync("limit=1")).GetProperty("complete").GetBoolean());
        var old = await PageAsync("month=2020-02");
        Assert.Equal("2020-02", old.GetProperty("month").GetString());
        Assert.False(old.GetProperty("complete").GetBoolean());
        Assert.Equal(0, old.GetProperty("items").GetArrayLength());
        Assert.Equal(0, (await PageAsync("month=0002-01")).GetProperty("items").GetArrayLength());
        Assert.Equal(0, (await PageAsync("month=9998-12")).GetProperty("items").GetArrayLength());
    }

    [Theory]
    [InlineData("month", "2026-13")]
    [InlineData("month", "2026-1")]
    [InlineData("month", "2026-11-01")]
    [InlineData("month", "0001-01")]
    [InlineData("month", "9999-12")]
    [InlineData("month", "november")]
    [InlineData("month", "")]
    [InlineData("user", "ada")]
    [InlineData("drift", "yes")]
    [InlineData("limit", "0")]
    [InlineData("limit", "51")]
    [InlineData("cursor", "x")]
    public async Task Invalid_parameters_are_refused(string name, string value)
    {
        var problem = await (await (await app.SupportAsync()).Http.FetchAsync($"{Route}?{name}={value}")).ShouldBeProblemAsync(400, "validation_failed");

        Assert.Equal([name], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    private async Task<JsonElement> PageAsync(string query) =>
        await (await (await app.SupportAsync()).Http.FetchAsync($"{Route}?{query}")).JsonAsync(HttpStatusCode.OK);
}
