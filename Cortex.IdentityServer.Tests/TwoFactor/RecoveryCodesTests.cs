using System.Net;
using System.Text;
using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Identity.TwoFactor;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.TwoFactor;

/// <summary>Recovery codes are created as a set, used once each, and replaced as a set (OWASP ASVS 6.5.1 to 6.5.4).</summary>
public sealed class RecoveryCodesTests(CortexApp app) : IClassFixture<CortexApp>
{
    private const string Route = "/api/v1/auth/2fa/recovery-codes";

    [Fact]
    public async Task New_codes_invalidate_the_old_ones()
    {
        var user = await app.SignUpWithTwoFactorAsync();

        var response = await user.Http.PostAsync(Route, new { code = app.Code(user.Secret) });

        var answer = await response.JsonAsync(HttpStatusCode.OK);
        Assert.Equal(["recovery_codes"], answer.EnumerateObject().Select(field => field.Name));
        var codes = answer.GetProperty("recovery_codes").EnumerateArray().Select(code => code.GetString()!).ToArray();
        Assert.Equal(10, codes.Distinct().Count());
        Assert.Empty(codes.Intersect(user.RecoveryCodes));
        Assert.True(response.Headers.CacheControl?.NoStore);
        await ShouldFailAsync(user, user.RecoveryCodes[0]);
        await ShouldPassAsync(user, codes[0]);
    }

    [Fact]
    public async Task A_code_works_once()
    {
        var user = await app.SignUpWithTwoFactorAsync();

        await ShouldPassAsync(user, user.RecoveryCodes[0]);
        await ShouldFailAsync(user, user.RecoveryCodes[0]);
        await ShouldPassAsync(user, user.RecoveryCodes[1]);
        Assert.Equal(8L, await app.SqlAsync("SELECT count(*) FROM recovery_codes WHERE user_id = $1", user.User.Id));
    }

    [Fact]
    public async Task A_code_may_be_typed_in_lower_case_and_with_or_without_dashes()
    {
        var user = await app.SignUpWithTwoFactorAsync();

        await ShouldPassAsync(user, user.RecoveryCodes[0].ToLowerInvariant());
        await ShouldPassAsync(user, user.RecoveryCodes[1].Replace("-", "", StringComparison.Ordinal));
        await ShouldPassAsync(user, user.RecoveryCodes[2].Replace('-', ' ') + " ");
    }

    [Fact]
    public async Task A_code_used_in_one_spelling_is_used_in_all()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        await ShouldPassAsync(user, user.RecoveryCodes[0]);

        await ShouldFailAsync(user, user.RecoveryCodes[0].ToLowerInvariant());
        await ShouldFailAsync(user, user.RecoveryCodes[0].Replace("-", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("------")]
    [InlineData("\0")]
    [InlineData("' OR 1=1 --")]
    [InlineData("ＡＡＡＡＡＡ-ＡＡＡＡＡＡ-ＡＡＡＡＡＡ-ＡＡＡＡＡＡ")]
    [InlineData("😀")]
    public async Task Garbage_is_a_wrong_code(string code) => await ShouldFailAsync(await app.SignUpWithTwoFactorAsync(), code);

    [Fact]
    public async Task The_database_contains_no_code()
    {
        var user = await app.SignUpWithTwoFactorAsync();

        var stored = (string)(await app.SqlAsync("SELECT string_agg(recovery_codes::text, ' ') FROM recovery_codes WHERE user_id = $1", user.User.Id))!;

        foreach (var code in user.RecoveryCodes)
        {
            var bare = code.Replace("-", "", StringComparison.Ordinal);
            Assert.DoesNotContain(code, stored, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(bare, stored, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Convert.ToHexString(Encoding.ASCII.GetBytes(code)), stored, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(code, app.Log, StringComparison.OrdinalIgnoreCase);
            Assert.True(bare.Distinct().Count() > 4 && bare.Length >= 10);
        }
    }

    [Fact]
    public async Task A_wrong_or_used_code_creates_no_new_ones()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var code = app.Code(user.Secret);

        await (await user.Http.PostAsync(Route, new { code = app.WrongCode(user.Secret) })).ShouldBeProblemAsync(400, "invalid_two_factor_code");
        await (await user.Http.PostAsync(Route, new { code = user.RecoveryCodes[0] })).ShouldBeProblemAsync(400, "invalid_two_factor_code");
        await (await user.Http.PostAsync(Route, new { code })).ShouldBeAsync(HttpStatusCode.OK);
        await (await user.Http.PostAsync(Route, new { code })).ShouldBeProblemAsync(400, "invalid_two_factor_code");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"code": null}""")]
    [InlineData("""{"code": 123456}""")]
    public async Task A_code_is_needed(string body)
    {
        var (_, _, http) = await app.SignUpAsync();

        await (await http.PostTextAsync(Route, body)).ShouldBeProblemAsync(400, "validation_failed");
    }

    [Fact]
    public async Task There_are_none_without_a_second_factor()
    {
        var (_, _, http) = await app.SignUpAsync();

        await (await http.PostAsync(Route, new { code = "123456" })).ShouldBeProblemAsync(409, "two_factor_not_enabled");
    }

    [Fact]
    public async Task One_code_sent_sixteen_times_at_once_creates_one_set()
    {
        var user = await app.SignUpWithTwoFactorAsync();
        var code = app.Code(user.Secret);

        var answers = await Concurrently.StatusesAsync(16, _ => app.WithToken(user.Tokens.AccessToken).PostAsync(Route, new { code }));

        Assert.Equal(1, answers.Count(status => status == HttpStatusCode.OK));
        Assert.Equal(10L, await app.SqlAsync("SELECT count(*) FROM recovery_codes WHERE user_id = $1", user.User.Id));
    }

    [Fact]
    public async Task Two_sets_created_at_once_leave_ten_codes()
    {
        var user = (await app.SignUpWithTwoFactorAsync()).User;
        await using var first = app.Services.CreateAsyncScope();
        await using var transaction = await BeginAsync(first);
        await ReplaceAsync(first);

        var second = Task.Run(
            async () =>
            {
                await using var scope = app.Services.CreateAsyncScope();
                await using var own = await BeginAsync(scope);
                await ReplaceAsync(scope);
                await own.CommitAsync(TestContext.Current.CancellationToken);
            },
            TestContext.Current.CancellationToken);
        await Task.WhenAny(second, Task.Delay(TimeSpan.FromMilliseconds(500), TestContext.Current.CancellationToken));
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        await second;

        Assert.Equal(10L, await app.SqlAsync("SELECT count(*) FROM recovery_codes WHERE user_id = $1", user.Id));

        static Task<IDbContextTransaction> BeginAsync(AsyncServiceScope scope) =>
            scope.ServiceProvider.GetRequiredService<CortexDbContext>().Database.BeginTransactionAsync(TestContext.Current.CancellationToken);

        Task ReplaceAsync(AsyncServiceScope scope) =>
            scope.ServiceProvider.GetRequiredService<SecondFactor>().ReplaceRecoveryCodesAsync(user.Id, TestContext.Current.CancellationToken);
    }

    private async Task ShouldPassAsync(TwoFactorUser user, string code) =>
        await (await app.SubmitRecoveryCodeAsync(await app.ChallengeAsync(user.User), code)).ShouldBeAsync(HttpStatusCode.OK);

    private async Task ShouldFailAsync(TwoFactorUser user, string code) =>
        await (await app.SubmitRecoveryCodeAsync(await app.ChallengeAsync(user.User), code)).ShouldBeProblemAsync(401, "invalid_two_factor_code");
}
