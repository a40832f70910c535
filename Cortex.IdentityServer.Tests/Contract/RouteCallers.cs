using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>The kinds of callers.</summary>
public enum WhoCalls
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
    private readonly Dictionary<WhoCalls, HttpClient> _callers = [];
    private readonly Dictionary<WhoCalls, TwoFactorUser> _staff = [];

    private JsonElement? _document;

    /// <summary>The OpenAPI document.</summary>
    public async Task<JsonElement> DocumentAsync() => _document ??= await (await Anonymous().FetchAsync("/openapi/v1.json")).JsonAsync(HttpStatusCode.OK);

    /// <summary>Returns the caller. If the request ends its session, returns another caller of the same kind.</summary>
    public async Task<HttpClient> AsAsync(WhoCalls who, bool endsSession) => !endsSession ? _callers[who] : who switch
    {
        WhoCalls.User or WhoCalls.Unverified => await PersonAsync(who == WhoCalls.User),
        WhoCalls.Support or WhoCalls.Admin => await StaffAgainAsync(who),
        _ => _callers[who],
    };

    /// <remarks>
    /// Callers with two factors log in first: each login advances the clock, and routes that require fresh authentication need the others' logins to be recent.
    /// </remarks>
    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        _callers[WhoCalls.Anonymous] = Anonymous();
        _callers[WhoCalls.TwoFactorPending] = await PendingAsync();
        _callers[WhoCalls.Disabled] = await DisabledAsync();
        foreach (var (who, role) in new[] { (WhoCalls.Support, "support"), (WhoCalls.Admin, "admin") })
        {
            _staff[who] = await this.SignUpStaffAsync(role);
            _callers[who] = (await this.SignUpStaffAsync(role)).Http;
        }

        _callers[WhoCalls.KeyWithoutScope] = await KeyAsync();
        _callers[WhoCalls.KeyWithScope] = await KeyAsync("introspect", "admin", "support");
        _callers[WhoCalls.User] = await PersonAsync(isVerified: true);
        _callers[WhoCalls.Unverified] = await PersonAsync(isVerified: false);
    }

    private async Task<HttpClient> PersonAsync(bool isVerified)
    {
        var (user, _, http) = await SignUpAsync();
        await SqlAsync("UPDATE users SET is_verified = $2 WHERE id = $1", user.Id, isVerified);
        return http;
    }

    private async Task<HttpClient> PendingAsync() => WithToken(await this.ChallengeAsync((await SignUpWithTwoFactorAsync()).User));

    private async Task<HttpClient> KeyAsync(params string[] scopes) => WithKey((await GenerateKeyAsync((await SignUpAsync()).Http, scopes)).Key);

    private async Task<HttpClient> StaffAgainAsync(WhoCalls who)
    {
        this.NextStep();
        var (user, secret) = (_staff[who].User, _staff[who].Secret);
        var answer = await this.SubmitCodeAsync(await this.ChallengeAsync(user), this.Code(secret));
        return WithToken(Tokens.Of(await answer.JsonAsync(HttpStatusCode.OK)).AccessToken);
    }

    /// <summary>Logs in as an administrator whose role is then removed.</summary>
    private async Task<HttpClient> DisabledAsync()
    {
        var staff = await this.SignUpStaffAsync();
        await SqlAsync("UPDATE users SET is_active = false WHERE id = $1", staff.User.Id);
        return staff.Http;
    }
}
