using System.Net;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Tests.Infrastructure;
using static Cortex.IdentityServer.Tests.Infrastructure.ClientAddressApp;

namespace Cortex.IdentityServer.Tests.Login;

/// <summary>After five consecutive failures, further logins are throttled (NIST SP 800-63B, 5.2.2).</summary>
public sealed partial class LoginThrottleTests(ClientAddressApp app) : IClassFixture<ClientAddressApp>
{
    [Fact]
    public async Task After_five_failures_even_the_correct_password_is_refused_for_a_second()
    {
        var user = await app.RegisterAsync();
        await app.FailLoginsAsync(user.Email, 5);

        await ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, user.Password), 1);
        app.Clock.Advance(TimeSpan.FromMilliseconds(999));
        await ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, user.Password), 1);
        app.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await (await app.PostLoginAsync(user.Email, user.Password)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Each_further_failure_doubles_the_delay_up_to_a_minute()
    {
        var email = app.NewEmail();
        foreach (var seconds in new[] { 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            // Ten failures have to take longer than fifteen minutes, or they would cause a lockout.
            app.Clock.Advance(TimeSpan.FromMinutes(2));
            await app.FailLoginsAsync(email, 1);
            if (seconds > 0)
            {
                await ShouldBeThrottledAsync(await app.PostLoginAsync(email, "not the password"), seconds);
            }
        }
    }

    [Fact]
    public async Task A_throttled_attempt_is_not_a_failure()
    {
        var user = await app.RegisterAsync();
        await app.FailLoginsAsync(user.Email, 5);
        for (var i = 0; i < 20; i++)
        {
            await ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, "not the password"), 1);
        }

        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await (await app.PostLoginAsync(user.Email, user.Password)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_success_resets_the_count()
    {
        var user = await app.RegisterAsync();
        for (var round = 0; round < 3; round++)
        {
            await app.FailLoginsAsync(user.Email, 4);
            await (await app.PostLoginAsync(user.Email, user.Password, $"198.51.100.{round}")).ShouldBeAsync(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_day_without_failures_resets_the_count()
    {
        var email = app.NewEmail();
        await app.FailLoginsAsync(email, 5);

        app.Clock.Advance(TimeSpan.FromDays(1));

        await app.FailLoginsAsync(email, 5);
        await ShouldBeThrottledAsync(await app.PostLoginAsync(email, "not the password"), 1);
    }

    /// <remarks>The response must not reveal who is registered (OWASP ASVS 6.3.8).</remarks>
    [Fact]
    public async Task An_unknown_email_is_throttled_with_the_same_response()
    {
        var user = await app.RegisterAsync();
        await app.FailLoginsAsync(user.Email, 5);
        await app.FailLoginsAsync("nobody-here@example.com", 5);

        var known = await app.PostLoginAsync(user.Email, user.Password);
        var unknown = await app.PostLoginAsync("nobody-here@example.com", user.Password);

        await ShouldBeThrottledAsync(known, 1);
        await ShouldBeThrottledAsync(unknown, 1);
        Assert.Equal(WithoutId(await known.TextAsync()), WithoutId(await unknown.TextAsync()));
        Assert.Equal(HeaderNames(known), HeaderNames(unknown));
    }

    /// <remarks>Without this, each spelling would allow another guess (OWASP ASVS 15.3.4).</remarks>
    [Theory]
    [InlineData("Spelled.One@example.com", "/api/v1/auth/login")]
    [InlineData("spelled.two@example.com  ", "/api/v1/auth/login")]
    [InlineData("spelled.three@EXAMPLE.com", "/api/v1/auth/LOGIN")]
    [InlineData(" SPELLED.FOUR@example.com", "/api/v1/auth/login/")]
    [InlineData("spelled.fu\u0308nf@example.com", "/API/v1/auth/login")]
    [InlineData("SPELLED.S\u00C9CHS@example.com", "/api/v1/auth/login")]
    public async Task All_spellings_of_an_email_and_of_the_route_share_one_count(string typed, string route)
    {
        var plain = typed.Trim().ToLowerInvariant().Normalize();
        await app.FailLoginsAsync(plain, 4);

        await (await app.From(UnknownAddress).PostAsync(route, new { email = typed, password = "not the password" }))
            .ShouldBeProblemAsync(401, "invalid_credentials");

        await ShouldBeThrottledAsync(await app.PostLoginAsync(plain, "not the password"), 1);
    }

    /// <remarks>Failures are counted even for texts that can't be an email address.</remarks>
    [Theory]
    [InlineData("nul\0@example.com")]
    [InlineData("\uFFFE@example.com")]
    [InlineData("' OR 1=1 --")]
    public async Task A_malformed_email_is_throttled_too(string email)
    {
        await app.FailLoginsAsync(email, 5);

        await ShouldBeThrottledAsync(await app.PostLoginAsync(email, "not the password"), 1);
    }

    /// <remarks>A right password with a wrong second factor counts as a failure of the second factor only.</remarks>
    [Fact]
    public async Task Wrong_codes_with_the_correct_password_are_not_throttled()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        for (var i = 0; i < 6; i++)
        {
            await (await app.From(UnknownAddress)
                .PostAsync("/api/v1/auth/login", new { email = user.User.Email, password = user.User.Password, two_factor_code = app.WrongCode(user.Secret) }))
                .ShouldBeProblemAsync(401, "invalid_two_factor_code");
        }

        await (await app.PostLoginAsync(user.User.Email, user.User.Password)).ShouldBeProblemAsync(401, "two_factor_required");
    }

    [Fact]
    public async Task The_table_contains_no_attempted_email()
    {
        await app.FailLoginsAsync("looked.for@example.com", 1);

        Assert.Equal(
            0L,
            await app.SqlAsync(
                "SELECT count(*) FROM login_attempts WHERE login_attempts::text LIKE '%looked%' OR position('looked'::bytea IN email_hash) > 0"));
    }

    private static string WithoutId(string text) => TraceId().Replace(text, "");

    private static IEnumerable<string> HeaderNames(HttpResponseMessage response) => response.Headers.Select(header => header.Key).Order();

    [GeneratedRegex("\"trace_id\":\"[^\"]*\"")]
    private static partial Regex TraceId();
}
