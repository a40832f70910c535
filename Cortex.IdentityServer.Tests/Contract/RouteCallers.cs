using System.Net;
using System.Text.Json;
using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>Who can come to a route.</summary>
public enum WhoCalls
{
    /// <summary>Without a credential.</summary>
    Anonymous,

    /// <summary>Logged in, with a proved mailbox.</summary>
    User,

    /// <summary>Logged in, with a mailbox that nobody proved.</summary>
    Unverified,

    /// <summary>After the first step of two, with the challenge in place of a token.</summary>
    TwoFactorPending,

    /// <summary>With the token of an account that was switched off since.</summary>
    Disabled,

    /// <summary>With an API key that may do nothing in particular.</summary>
    KeyWithoutScope,

    /// <summary>With an API key that has the scope.</summary>
    KeyWithScope,

    /// <summary>With the role support.</summary>
    Support,

    /// <summary>With the role admin.</summary>
    Admin,
}

/// <summary>A server and one caller of each kind.</summary>
public sealed class RouteCallers(PostgresCluster cluster) : CortexApp(cluster), IAsyncLifetime
{
    private readonly Dictionary<WhoCalls, HttpClient> _callers = [];
    private readonly Dictionary<WhoCalls, TwoFactorUser> _staff = [];

    private JsonElement? _document;

    /// <summary>The OpenAPI document.</summary>
    public async Task<JsonElement> DocumentAsync() => _document ??= await (await Anonymous().FetchAsync("/openapi/v1.json")).JsonAsync(HttpStatusCode.OK);

    /// <summary>The caller; where its session ends, a session of somebody else of the same kind.</summary>
    public async Task<HttpClient> AsAsync(WhoCalls who, bool endsSession) => !endsSession ? _callers[who] : who switch
    {
        WhoCalls.User or WhoCalls.Unverified => await PersonAsync(who == WhoCalls.User),
        WhoCalls.Support or WhoCalls.Admin => await StaffAgainAsync(who),
        _ => _callers[who],
    };

    /// <remarks>
    /// Those with two factors first: each moves the clock on, and routes that ask for fresh authentication want the others' logins to be new.
    /// </remarks>
    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        _callers[WhoCalls.Anonymous] = Anonymous();
        _callers[WhoCalls.TwoFactorPending] = await PendingAsync();
        _callers[WhoCalls.Disabled] = await DisabledAsync();
        foreach (var (who, role) in new[] { (WhoCalls.Support, "support"), (WhoCalls.Admin, "admin") })
        {
            _staff[who] = await this.SignedInStaffAsync(role);
            _callers[who] = (await this.SignedInStaffAsync(role)).Http;
        }

        _callers[WhoCalls.KeyWithoutScope] = await KeyAsync();
        _callers[WhoCalls.KeyWithScope] = await KeyAsync("introspect", "admin", "support");
        _callers[WhoCalls.User] = await PersonAsync(isVerified: true);
        _callers[WhoCalls.Unverified] = await PersonAsync(isVerified: false);
    }

    private async Task<HttpClient> PersonAsync(bool isVerified)
    {
        var (user, _, http) = await SignedInAsync();
        await SqlAsync("UPDATE users SET is_verified = $2 WHERE id = $1", user.Id, isVerified);
        return http;
    }

    private async Task<HttpClient> PendingAsync() => WithToken(await this.ChallengeAsync((await WithTwoFactorAsync()).User));

    private async Task<HttpClient> KeyAsync(params string[] scopes) => WithKey((await GenerateKeyAsync((await SignedInAsync()).Http, scopes)).Key);

    private async Task<HttpClient> StaffAgainAsync(WhoCalls who)
    {
        this.NextStep();
        var (user, secret) = (_staff[who].User, _staff[who].Secret);
        var answer = await this.AnswerAsync(await this.ChallengeAsync(user), this.Code(secret));
        return WithToken(Tokens.Of(await answer.JsonAsync(HttpStatusCode.OK)).AccessToken);
    }

    /// <summary>An administrator once.</summary>
    private async Task<HttpClient> DisabledAsync()
    {
        var staff = await this.SignedInStaffAsync();
        await SqlAsync("UPDATE users SET is_active = false WHERE id = $1", staff.User.Id);
        return staff.Http;
    }
}
