using Cortex.IdentityServer.Tests.Billing;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Cortex.IdentityServer.Tests.Browser;

/// <summary>The page of the plan, with the payment provider's own pages in between.</summary>
public sealed class BillingPageTests(ConsoleBrowser browser, SceneApp app) : IClassFixture<SceneApp>
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_plan_is_bought_on_the_page_of_the_payment_provider_and_shown_afterwards()
    {
        var buyer = await app.RegisterAsync();
        await using var visitor = await ArriveAsync(buyer);
        var page = await visitor.OpenAsync("/billing");
        await page.Card("Your plan").ShouldSayAsync("You have no subscription.");
        await page.Card("What your plan allows").ShouldSayAsync("0 of 1,000 used");
        await page.Button("Subscribe to pro").ClickAsync();

        await page.Heading("Buy Pro").ShouldBeVisibleAsync();
        await page.GoBackAsync();
        await page.Button("Subscribe to pro").ClickAsync();
        await page.Button("Pay").ClickAsync();

        await page.WaitForPathAsync("/billing");
        await page.GetByText("Your payment has arrived. Your plan is now pro.").ShouldBeVisibleAsync();
        await page.Card("Your plan").ShouldSayAsync("Your subscription renews on");
        await page.Card("Plans").ShouldSayAsync("Your subscription");
        await page.Card("What your plan allows").ShouldSayAsync("0 of 100,000 used");
        Assert.Equal("pro", await app.SqlAsync("SELECT subscription_tier FROM users WHERE id = $1", buyer.Id));

        // A second subscription would be charged in addition.
        await page.Button("Subscribe to enterprise").ClickAsync();
        await page.Modal("Buy a second subscription?").ShouldSayAsync("A second one is charged in addition");
        await page.Modal("Buy a second subscription?").Button("Cancel").ClickAsync();
        await page.Modal("Buy a second subscription?").ShouldBeGoneAsync();
    }

    [Fact]
    public async Task The_portal_opens_and_a_failed_payment_is_explained()
    {
        await using var visitor = await ArriveAsync(app.Ada);
        var page = await visitor.OpenAsync("/billing");
        await page.Button("Open customer portal").ClickAsync();
        await page.Heading($"Subscriptions of {app.Ada.Email}").ShouldBeVisibleAsync();
        await page.Button("Fail a payment").ClickAsync();
        await page.Button("Pay after all").ShouldBeVisibleAsync();
        await WaitForAsync("past_due");

        await page.Link("Back").ClickAsync();
        await page.WaitForPathAsync("/billing");
        await page.Card("Your plan").ShouldSayAsync("Payment failed");
        await page.Card("Your plan").ShouldSayAsync("and afterwards only if the payment succeeds by then.");
        await page.Card("Your plan").ShouldSayAsync("Check your payment method in the customer portal.");
        await page.ShouldBeAccessibleAsync("billing with a failed payment");

        app.Polar.Customer(app.Ada.Id.ToString()).Subscriptions.Single().Recover();
        await WaitForAsync("active");
        await page.ReloadAsync();
        await page.Card("Your plan").ShouldSayAsync("Your subscription renews on");
    }

    [Fact]
    public async Task A_payment_provider_that_does_not_answer_is_named_and_nothing_is_bought()
    {
        var buyer = await app.RegisterAsync();
        await using var visitor = await ArriveAsync(buyer);
        var page = await visitor.OpenAsync("/billing");
        await page.Button("Subscribe to pro").ShouldBeVisibleAsync();

        await app.CutLineAsync();
        await page.Button("Subscribe to pro").ClickAsync();
        await page.GetByRole(AriaRole.Alert).ShouldSayAsync("The server can’t be reached.");
        app.RestoreLine();
        await page.Button("Subscribe to pro").ClickAsync();
        await page.Heading("Buy Pro").ShouldBeVisibleAsync();
        Assert.Equal("free", await app.SqlAsync("SELECT subscription_tier FROM users WHERE id = $1", buyer.Id));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_the_tiers_allow_never_moves_a_button_that_is_already_shown(bool canBeLoaded)
    {
        await using var visitor = await ArriveAsync(await app.RegisterAsync());
        var billing = new TaskCompletionSource();
        var late = new TaskCompletionSource();
        visitor.Context.RequestFinished += (_, request) =>
        {
            if (request.Url.EndsWith("/api/v1/billing", StringComparison.Ordinal))
            {
                billing.TrySetResult();
            }
        };
        await visitor.Context.RouteAsync("**/api/v1/config", async route =>
        {
            await late.Task;
            await (canBeLoaded ? route.ContinueAsync() : route.AbortAsync());
        });

        var page = await visitor.OpenAsync("/billing");
        await billing.Task.WaitAsync(Timeout, TestContext.Current.CancellationToken);
        await page.GetByRole(AriaRole.Status, new() { Name = "Loading" }).ShouldBeVisibleAsync();
        await page.Button("Subscribe to pro").ShouldBeGoneAsync();

        late.SetResult();
        await page.Button("Subscribe to pro").ShouldBeVisibleAsync();
        await Assertions.Expect(page.Card("Plans").GetByText("requests per minute")).ToHaveCountAsync(canBeLoaded ? 2 : 0);
    }

    private async Task<Visitor> ArriveAsync(TestUser user)
    {
        var visitor = await Visitor.ArriveAsync(browser, app.PublicUrl);
        visitor.MayLeaveFor = app.Polar.Url;
        await visitor.LogInQuietlyAsync(user);
        return visitor;
    }

    /// <summary>Waits until the server has heard of a change of Ada's subscription.</summary>
    private async Task WaitForAsync(string status)
    {
        using var http = app.WithToken((await app.LogInAsync(app.Ada)).AccessToken);
        await Poll.UntilAsync(Timeout, $"the subscription is {status}", async () =>
            (await http.BillingAsync()).GetProperty("subscription").GetProperty("status").GetString() == status);
    }
}
