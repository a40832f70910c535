using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Billing;

public sealed class CheckoutTests(PolarApp app) : IClassFixture<PolarApp>
{
    private const string Site = CortexApp.Issuer;

    [Fact]
    public async Task A_checkout_is_for_this_user_and_this_product_and_leads_back_here()
    {
        var (user, _, http) = await app.SignUpAsync();
        app.Polar.ForgetRequests();

        var response = await http.BuyAsync();

        var body = await response.JsonAsync(HttpStatusCode.OK);
        Assert.Equal("url", Assert.Single(body.EnumerateObject()).Name);
        Assert.True(response.Headers.CacheControl!.NoStore);
        var request = Assert.Single(app.Polar.Requests);
        Assert.Equal("POST /v1/checkouts/", $"{request.Method} {request.Path}{request.Query}");
        Assert.Equal($"Bearer {PolarApp.AccessToken}", request.Headers["authorization"]);
        Assert.Equal("2026-10", request.Headers["polar-version"]);
        Assert.DoesNotContain("cookie", request.Headers.Keys);
        Assert.DoesNotContain("traceparent", request.Headers.Keys);
        var sent = JsonDocument.Parse(request.Body).RootElement;
        Assert.Equal([PolarApp.Product], sent.GetProperty("products").EnumerateArray().Select(id => id.GetString()));
        Assert.Equal($"{user.Id}", sent.GetProperty("external_customer_id").GetString());
        Assert.Equal(user.Email, sent.GetProperty("customer_email").GetString());
        Assert.Equal(Site + "/billing?checkout_id={CHECKOUT_ID}", sent.GetProperty("success_url").GetString());
        Assert.Equal(Site + "/billing", sent.GetProperty("return_url").GetString());
        var checkout = app.Polar.Checkout(new(body.GetProperty("url").GetString()!));
        Assert.Equal($"{user.Id}", checkout.ExternalCustomerId);
    }

    [Theory]
    [InlineData("/", "/?checkout_id={CHECKOUT_ID}")]
    [InlineData("/thanks", "/thanks?checkout_id={CHECKOUT_ID}")]
    [InlineData("/thanks?plan=pro", "/thanks?plan=pro&checkout_id={CHECKOUT_ID}")]
    [InlineData("/thanks?", "/thanks?checkout_id={CHECKOUT_ID}")]
    [InlineData("/thanks#top", "/thanks?checkout_id={CHECKOUT_ID}#top")]
    [InlineData("/thanks?plan=pro#top", "/thanks?plan=pro&checkout_id={CHECKOUT_ID}#top")]
    [InlineData("/a//b?next=//c", "/a//b?next=//c&checkout_id={CHECKOUT_ID}")]
    [InlineData("/@evil.example", "/@evil.example?checkout_id={CHECKOUT_ID}")]
    [InlineData("/dänk e", "/d%C3%A4nk%20e?checkout_id={CHECKOUT_ID}")]
    public async Task The_id_of_the_checkout_joins_the_query_of_the_success_path(string path, string expected)
    {
        var (_, _, http) = await app.SignUpAsync();
        app.Polar.ForgetRequests();

        await http.BuyAsync(successPath: path).UrlAsync();

        var sent = JsonDocument.Parse(Assert.Single(app.Polar.Requests).Body).RootElement;
        Assert.Equal(Site + expected, sent.GetProperty("success_url").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("billing")]
    [InlineData("//evil.example")]
    [InlineData("///evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("\\\\evil.example")]
    [InlineData("https://evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/a\r\nb")]
    [InlineData("/\t/evil.example")]
    [InlineData("/\u007F")]
    public async Task A_success_path_that_could_lead_elsewhere_is_refused(string path)
    {
        var (_, _, http) = await app.SignUpAsync();
        app.Polar.ForgetRequests();

        await ShouldBeInvalidAsync(await http.BuyAsync(successPath: path), "success_path");

        Assert.Empty(app.Polar.Requests);
    }

    [Fact]
    public async Task A_success_path_has_at_most_a_thousand_characters()
    {
        var (_, _, http) = await app.SignUpAsync();

        await http.BuyAsync(successPath: "/" + new string('a', 999)).UrlAsync();
        await ShouldBeInvalidAsync(await http.BuyAsync(successPath: "/" + new string('a', 1000)), "success_path");

        // Polar counts the characters after percent-encoding.
        await http.BuyAsync(successPath: "/" + new string('ü', 166)).UrlAsync();
        await ShouldBeInvalidAsync(await http.BuyAsync(successPath: "/" + new string('ü', 167)), "success_path");
    }

    [Theory]
    [InlineData("")]
    [InlineData("pro")]
    [InlineData("7C1F0A52-5A6E-4F0C-9D5B-0D0C6F3F0001")]
    public async Task A_product_that_this_server_does_not_sell_is_refused_without_asking_polar(string product)
    {
        var (_, _, http) = await app.SignUpAsync();
        app.Polar.ForgetRequests();

        await ShouldBeInvalidAsync(await http.BuyAsync(product), "product_id");

        Assert.Empty(app.Polar.Requests);
    }

    [Fact]
    public async Task A_product_that_polar_no_longer_sells_is_refused_and_the_log_tells_the_operator()
    {
        var (user, _, http) = await app.SignUpAsync();

        await ShouldBeInvalidAsync(await http.BuyAsync(PolarApp.ForgottenProduct), "product_id");

        Assert.Contains($"Error: Polar refused a checkout of product {PolarApp.ForgottenProduct}", app.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(user.Email, app.Log.Split('\n').Single(line => line.Contains("Polar refused a checkout", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("""{}""", "product_id")]
    [InlineData("""{"product_id": null}""", "product_id")]
    [InlineData("""{"product_id": 7}""", "product_id")]
    [InlineData("""{"product_id": "7c1f0a52-5a6e-4f0c-9d5b-0d0c6f3f0001", "success_path": 7}""", "success_path")]
    public async Task A_body_of_another_form_is_refused(string body, string field)
    {
        var (_, _, http) = await app.SignUpAsync();

        await ShouldBeInvalidAsync(await http.PostTextAsync("/api/v1/billing/checkout", body), field);
    }

    [Fact]
    public async Task A_price_or_a_discount_cannot_be_slipped_in()
    {
        var (_, _, http) = await app.SignUpAsync();

        var response = await http.PostAsync("/api/v1/billing/checkout", new { product_id = PolarApp.Product, amount = 1 });

        await response.ShouldBeProblemAsync(400, "unknown_field");
    }

    [Fact]
    public async Task A_customer_whose_address_polar_cannot_send_to_enters_another_one()
    {
        var user = await app.RegisterAsync("someone@intranet.local");
        var http = app.WithToken((await app.LogInAsync(user)).AccessToken);
        app.Polar.ForgetRequests();

        var url = await http.BuyAsync().UrlAsync();

        Assert.Equal(2, app.Polar.Requests.Count);
        var sent = JsonDocument.Parse(app.Polar.Requests[1].Body).RootElement;
        Assert.False(sent.TryGetProperty("customer_email", out _));
        Assert.Equal($"{user.Id}", app.Polar.Checkout(url).ExternalCustomerId);
    }

    [Fact]
    public async Task Sixteen_checkouts_at_once_are_sixteen_pages()
    {
        var (_, _, http) = await app.SignUpAsync();

        var urls = await Concurrently.RunAsync(16, _ => http.BuyAsync().UrlAsync());

        Assert.Equal(16, urls.Distinct().Count());
        Assert.All(urls, url => Assert.NotNull(app.Polar.Checkout(url)));
    }

    [Fact]
    public async Task Only_a_person_with_a_session_can_buy()
    {
        var (_, _, http) = await app.SignUpAsync();
        var (_, key) = await CortexApp.GenerateKeyAsync(http);
        app.Polar.ForgetRequests();

        await (await app.Anonymous().BuyAsync()).ShouldBeProblemAsync(401, "unauthenticated");
        await (await app.WithKey(key).BuyAsync()).ShouldBeProblemAsync(403, "forbidden");
        await (await app.WithKey(key).OpenPortalAsync()).ShouldBeProblemAsync(403, "forbidden");

        Assert.Empty(app.Polar.Requests);
    }

    [Fact]
    public async Task A_user_can_open_only_so_many_pages_a_minute()
    {
        var (_, _, http) = await app.SignUpAsync();
        var limits = CortexApp.HighLimits.Replace("checkout_user=1000000", "checkout_user=2", StringComparison.Ordinal);
        using var replica = app.Replica(http, out var server, ("RATE_LIMITS", limits));
        using (server)
        {
            await replica.BuyAsync().UrlAsync();
            await (await replica.OpenPortalAsync()).ShouldBeProblemAsync(409, "no_customer");
            var refused = await replica.BuyAsync();

            await refused.ShouldBeProblemAsync(429, "rate_limited");
            Assert.True(refused.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        }
    }

    private static async Task ShouldBeInvalidAsync(HttpResponseMessage response, string field)
    {
        var problem = await response.ShouldBeProblemAsync(400, "validation_failed");
        Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
    }
}
