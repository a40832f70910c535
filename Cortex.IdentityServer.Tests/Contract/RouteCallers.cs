using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>The kinds of callers.</summary>
public enum CallerKind
{
    /// <summary>A caller without a credential.</summary>
    Anonymous,

    /// <summary>A user with a verified email.</summary>
    User,

    /// <summary>A user with an unverified email.</summary>
    Unverified,

    /// <summary>A user between the two steps of a login, who sends the challenge as a token.</summary>
    TwoFactorPending,

    /// <summary>A user whose account was disabled after the login.</summary>
    Disabled,

    /// <summary>A service with an API key without scopes.</summary>
    KeyWithoutScope,

    /// <summary>A service with an API key that has the required scope.</summary>
    KeyWithScope,

    /// <summary>A user with the role <c>support</c>.</summary>
    Support,

    /// <summary>A user with the role <c>admin</c>.</summary>
    Admin,
}

/// <summary>A server with one caller of each kind.</summary>
public sealed class RouteCallers(PostgresCluster cluster) : CortexApp(cluster), IAsyncLifetime
{
    private readonly Dictionary<CallerKind, HttpClient> _callers = [];
    private readonly Dictionary<CallerKind, TwoFactorUser> _staff = [];

    private JsonElement? _document;

    /// <summary>The OpenAPI document.</summary>
    public async Task<JsonElement> DocumentAsync() => _document ??= await (await Anonymous().FetchAsync("/openapi/v1.json")).JsonAsync(HttpStatusCode.OK);

    /// <summary>Returns the caller. If the request ends its session, returns another caller of the same kind.</summary>
    public async Task<HttpClient> CallerAsync(CallerKind who, bool endsSession) => !endsSession ? _callers[who] : who switch
    {
        CallerKind.User or CallerKind.Unverified => await PersonAsync(who == CallerKind.User),
        CallerKind.Support or CallerKind.Admin => await LogInStaffAgainAsync(who),
        _ => _callers[who],
    };

    /// <remarks>
    /// Callers with two factors log in first: each login advances the clock, and routes that require fresh authentication need the others' logins to be recent.
    /// </remarks>
    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        _callers[CallerKind.Anonymous] = Anonymous();
        _callers[CallerKind.TwoFactorPending] = await PendingAsync();
        _callers[CallerKind.Disabled] = await DisabledAsync();
        foreach (var (who, role) in new[] { (CallerKind.Support, "support"), (CallerKind.Admin, "admin") })
        {
            _staff[who] = await this.SignUpStaffAsync(role);
            _callers[who] = (await this.SignUpStaffAsync(role)).Http;
        }

        _callers[CallerKind.KeyWithoutScope] = await KeyAsync();
        _callers[CallerKind.KeyWithScope] = await KeyAsync("introspect", "admin", "support");
        _callers[CallerKind.User] = await PersonAsync(isVerified: true);
        _callers[CallerKind.Unverified] = await PersonAsync(isVerified: false);
    }

    private async Task<HttpClient> PersonAsync(bool isVerified)
    {
        var (user, _, http) = await SignUpAsync();
        await SqlAsync("UPDATE users SET is_verified = $2 WHERE id = $1", user.Id, isVerified);
        return http;
    }

    private async Task<HttpClient> PendingAsync() => WithToken(await this.ChallengeAsync((await SignUpWithTwoFactorAsync()).User));

    private async Task<HttpClient> KeyAsync(params string[] scopes) => WithKey((await GenerateKeyAsync((await SignUpAsync()).Http, scopes)).Key);

    private async Task<HttpClient> LogInStaffAgainAsync(CallerKind who)
    {
        this.NextStep();
        var (user, secret) = (_staff[who].User, _staff[who].Secret);
        var answer = await this.SubmitCodeAsync(await this.ChallengeAsync(user), this.Code(secret));
        return WithToken(Tokens.Of(await answer.JsonAsync(HttpStatusCode.OK)).AccessToken);
    }

    /// <summary>Logs in as an administrator whose account is then disabled.</summary>
    private async Task<HttpClient> DisabledAsync()
    {
        var staff = await this.SignUpStaffAsync();
        await SqlAsync("UPDATE users SET is_active = false WHERE id = $1", staff.User.Id);
        return staff.Http;
    }
}
