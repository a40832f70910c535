using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Billing;

public sealed class PortalTests(PolarApp app) : IClassFixture<PolarApp>
{
    [Fact]
    public async Task A_customer_gets_an_address_that_nobody_stores()
    {
        var (user, _, http) = await app.SignUpAsync();
        app.Polar.AddCustomer($"{user.Id}", user.Email);
        app.Polar.ForgetRequests();

        var response = await http.OpenPortalAsync();

        var url = (await response.JsonAsync(HttpStatusCode.OK)).GetProperty("url").GetString()!;
        Assert.StartsWith(app.Polar.Url + "portal", url, StringComparison.Ordinal);
        Assert.True(response.Headers.CacheControl!.NoStore);
        var request = Assert.Single(app.Polar.Requests);
        Assert.Equal("POST /v1/customer-sessions/", $"{request.Method} {request.Path}{request.Query}");
        var sent = JsonDocument.Parse(request.Body).RootElement;
        Assert.Equal($"{user.Id}", sent.GetProperty("external_customer_id").GetString());
        Assert.Equal(CortexApp.Issuer + "/billing", sent.GetProperty("return_url").GetString());
        Assert.DoesNotContain(url, app.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_who_never_bought_anything_is_not_a_customer()
    {
        var (user, _, http) = await app.SignUpAsync();
        app.Polar.AddCustomer(externalId: null, user.Email);

        var problem = await (await http.OpenPortalAsync()).ShouldBeProblemAsync(409, "no_customer");

        Assert.Contains("bought", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_customer_that_was_linked_here_is_asked_for_by_its_own_id()
    {
        var (user, _, http) = await app.SignUpAsync();
        var customer = app.Polar.AddCustomer(externalId: null, user.Email);
        await app.SqlAsync("INSERT INTO billing_customers VALUES ($1, $2, NULL, now())", customer.Id.ToString(), user.Id);
        app.Polar.ForgetRequests();

        var url = (await (await http.OpenPortalAsync()).JsonAsync(HttpStatusCode.OK)).GetProperty("url").GetString()!;

        Assert.StartsWith(app.Polar.Url + "portal", url, StringComparison.Ordinal);
        var sent = JsonDocument.Parse(app.Polar.Requests[^1].Body).RootElement;
        Assert.Equal(customer.Id, sent.GetProperty("customer_id").GetGuid());
        Assert.False(sent.TryGetProperty("external_customer_id", out _));
        Assert.True((await http.BillingAsync()).GetProperty("portal_available").GetBoolean());
    }

    [Fact]
    public async Task A_linked_customer_that_Polar_has_deleted_is_not_a_customer()
    {
        var (user, _, http) = await app.SignUpAsync();
        await app.SqlAsync("INSERT INTO billing_customers VALUES ($1, $2, NULL, now())", Guid.NewGuid().ToString(), user.Id);

        await (await http.OpenPortalAsync()).ShouldBeProblemAsync(409, "no_customer");

        var older = app.Polar.AddCustomer(externalId: null, user.Email);
        await app.SqlAsync("INSERT INTO billing_customers VALUES ($1, $2, NULL, now() - interval '1 day')", older.Id.ToString(), user.Id);
        await (await http.OpenPortalAsync()).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(1, true)]
    public async Task Several_customers_or_one_of_a_team_are_not_chosen_from(int customers, bool isTeam)
    {
        var (user, _, http) = await app.SignUpAsync();
        for (var n = 0; n < customers; n++)
        {
            app.Polar.AddCustomer($"{user.Id}", $"{n}{user.Email}", isTeam);
        }

        var problem = await (await http.OpenPortalAsync()).ShouldBeProblemAsync(409, "no_customer");

        Assert.Contains("which customer", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains($"Polar can't choose a customer for user {user.Id}", app.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_users_portal_is_out_of_reach()
    {
        var (other, _, _) = await app.SignUpAsync();
        app.Polar.AddCustomer($"{other.Id}", other.Email);
        var (_, _, http) = await app.SignUpAsync();

        await (await http.FetchAsync($"/api/v1/billing/portal?external_customer_id={other.Id}")).ShouldBeProblemAsync(409, "no_customer");
    }
}
