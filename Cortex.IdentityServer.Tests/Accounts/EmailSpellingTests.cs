using System.Net;
using Cortex.IdentityServer.Tests.Infrastructure;
using static Cortex.IdentityServer.Tests.Infrastructure.ClientAddressApp;

namespace Cortex.IdentityServer.Tests.Accounts;

/// <remarks>All spellings of an address identify the same account on every route that takes an email.</remarks>
public sealed class EmailSpellingTests(ClientAddressApp app) : IClassFixture<ClientAddressApp>
{
    private const string RegisterRoute = "/api/v1/auth/register";

    [Theory]
    [InlineData("idn1@bücher.example", "idn1@xn--bcher-kva.example")]
    [InlineData("idn2@xn--bcher-kva.example", "IDN2@BÜCHER.example")]
    [InlineData("νίκος@example.com", "ΝΊΚΟΣ@EXAMPLE.COM")]
    [InlineData("groß@example.com", "GROẞ@example.com")]
    [InlineData("jörg@example.com", "jo\u0308RG@example.com")]
    [InlineData("spaced@example.com", " spaced@example.com ")]
    public async Task Both_spellings_log_in_and_the_other_one_cannot_be_registered(string registered, string other)
    {
        var user = await app.RegisterAsync(registered);

        await (await app.Anonymous().PostAsync(RegisterRoute, new { email = other, password = user.Password })).ShouldBeProblemAsync(409, "email_taken");
        await (await app.PostLoginAsync(registered, user.Password)).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.PostLoginAsync(other, user.Password)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Wrong_passwords_are_counted_across_all_spellings()
    {
        var user = await app.RegisterAsync("counted@bücher.example");
        string[] spellings =
        [
            "counted@bücher.example", "COUNTED@xn--bcher-kva.example", "counted@BÜCHER.example", "\tcounted@bücher.example\n",
            "counted@bu\u0308cher.example",
        ];

        foreach (var spelling in spellings)
        {
            await app.FailLoginsAsync(spelling, 1);
        }

        await ShouldBeThrottledAsync(await app.PostLoginAsync(user.Email, user.Password), 1);
    }

    /// <remarks>The spellings differ in the encoding of the domain and in case.</remarks>
    [Fact]
    public async Task Sixteen_concurrent_registrations_with_different_spellings_create_one_account()
    {
        string[] spellings = ["race@bücher.example", "race@xn--bcher-kva.example", "RACE@BÜCHER.EXAMPLE", "Race@XN--BCHER-KVA.example"];

        var answers = await Concurrently.StatusesAsync(
            16, index => app.Anonymous().PostAsync(RegisterRoute, new { email = spellings[index % 4], password = TestUser.DefaultPassword }));

        Assert.Equal(1, answers.Count(status => status == HttpStatusCode.Created));
        Assert.Equal(15, answers.Count(status => status == HttpStatusCode.Conflict));
        Assert.Equal(1L, await app.SqlAsync("SELECT count(*) FROM users WHERE cortex_fold_email(email) = 'race@bücher.example'"));
    }

    [Fact]
    public async Task A_reset_can_be_requested_with_either_spelling()
    {
        await app.RegisterAsync("reset@xn--bcher-kva.example");

        await (await app.RequestPasswordResetAsync("Reset@bücher.example")).ShouldBeAsync(HttpStatusCode.Accepted);

        await (await app.ResetAsync(await app.NewestTokenAsync("reset@bücher.example", "reset_password"))).ShouldBeAsync(HttpStatusCode.NoContent);
        await (await app.PostLoginAsync("Reset@bücher.example", EmailSteps.NewPassword)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("\u00A0outside@example.com\n", "outside@example.com")]
    [InlineData("\toutside2@example.com", "OUTSIDE2@example.com")]
    [InlineData("du\u0308rer@example.com", "dürer@example.com")]
    public async Task An_address_that_another_program_stored_with_whitespace_or_decomposed_still_works(string stored, string typed)
    {
        var user = await app.RegisterAsync();
        await app.SqlAsync("INSERT INTO users (email, password_hash) SELECT $1, password_hash FROM users WHERE id = $2", stored, user.Id);

        await (await app.Anonymous().PostAsync(RegisterRoute, new { email = typed, password = user.Password })).ShouldBeProblemAsync(409, "email_taken");
        await (await app.PostLoginAsync(typed, user.Password)).ShouldBeAsync(HttpStatusCode.OK);
        await (await app.PostLoginAsync(stored, user.Password)).ShouldBeAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_change_to_another_spelling_of_a_taken_address_is_refused()
    {
        await app.RegisterAsync("held@bücher.example");
        var other = await app.RegisterAsync();
        var http = app.WithToken((await app.LogInAsync(other)).AccessToken);

        await (await http.PostAsync("/api/v1/auth/change-email", new { new_email = "held@xn--bcher-kva.example", password = other.Password }))
            .ShouldBeAsync(HttpStatusCode.Accepted);
        var token = await app.NewestTokenAsync("held@bücher.example", "confirm_new_email");

        await (await app.Anonymous().PostAsync("/api/v1/auth/change-email/confirm", new { token })).ShouldBeProblemAsync(409, "email_taken");
    }

    [Fact]
    public async Task The_database_rejects_an_INSERT_with_another_spelling()
    {
        await app.RegisterAsync("plain@bücher.example");

        var failure = await Assert.ThrowsAsync<Npgsql.PostgresException>(
            () => app.SqlAsync("INSERT INTO users (email, password_hash) VALUES ('PLAIN@xn--bcher-kva.example', 'x')"));

        Assert.Equal("23505", failure.SqlState);
    }
}
