using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Identity.Sessions;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Admin.Users;

/// <summary>What administrators and support staff do about one user, and the events that this leaves.</summary>
internal static class StaffSteps
{
    private static readonly ConcurrentDictionary<int, string> Hashes = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static string PathOf(Guid user, string more = "") => $"{Administrators.Users}/{user}{more}";

    /// <summary>Creates a user without the cost of a registration: no hash is computed, and no email is sent.</summary>
    public static async Task<TestUser> QuickUserAsync(this CortexApp app)
    {
        var email = app.NewEmail();
        var hash = Hashes.GetOrAdd(app.BcryptCost, cost => BCrypt.Net.BCrypt.HashPassword(TestUser.DefaultPassword, cost));
        var id = (Guid)(await app.SqlAsync("INSERT INTO users (email, password_hash) VALUES ($1, $2) RETURNING id", email, hash))!;
        return new(id, email, TestUser.DefaultPassword);
    }

    /// <summary>Creates such a user and starts a session without the cost of a login.</summary>
    public static async Task<(TestUser User, Tokens Tokens, HttpClient Http)> QuickSignUpAsync(this CortexApp app)
    {
        var user = await app.QuickUserAsync();
        var stamp = (string)(await app.SqlAsync("SELECT security_stamp FROM users WHERE id = $1", user.Id))!;
        await using var scope = app.Services.CreateAsyncScope();
        var origin = new RequestOrigin(IPAddress.Loopback, UserAgent: null, RequestId: "");
        var tokens = await scope.ServiceProvider.GetRequiredService<SessionService>().StartAsync(user.Id, stamp, ["pwd"], origin, Cancel);
        return (user, new(tokens!.AccessToken, tokens.RefreshToken!), app.WithToken(tokens.AccessToken));
    }

    /// <summary>Creates a staff member with a session, without the steps that enable a second factor.</summary>
    public static async Task<(TestUser User, HttpClient Http)> QuickStaffAsync(this CortexApp app, string role = "admin")
    {
        var (user, _, http) = await app.QuickSignUpAsync();
        await app.SqlAsync("UPDATE users SET two_factor_enabled = true WHERE id = $1", user.Id);
        await app.GrantRoleAsync(user.Id, role);
        return (user, http);
    }

    public static async Task<List<(TestUser User, HttpClient Http)>> ReplaceAdminsAsync(this CortexApp app, int count)
    {
        await app.SqlAsync("DELETE FROM user_roles");
        var admins = new List<(TestUser User, HttpClient Http)>();
        for (var admin = 0; admin < count; admin++)
        {
            admins.Add(await app.QuickStaffAsync());
        }

        return admins;
    }

    public static async Task<long> ActiveAdminsAsync(this CortexApp app) => (long)(await app.SqlAsync(
        "SELECT count(*) FROM users JOIN user_roles ON user_id = users.id JOIN roles ON roles.id = role_id WHERE name = 'admin' AND is_active"))!;

    public static Task<HttpResponseMessage> UpdateUserAsync(this HttpClient http, Guid user, object change, string? ifMatch = null) =>
        SendAsync(http, HttpMethod.Patch, user, JsonContent.Create(change, change.GetType()), ifMatch);

    public static Task<HttpResponseMessage> DeleteUserAsync(this HttpClient http, Guid user, string? ifMatch = null) =>
        SendAsync(http, HttpMethod.Delete, user, null, ifMatch);

    /// <summary>Calls one of the routes that take no body.</summary>
    public static Task<HttpResponseMessage> HelpAsync(this HttpClient http, Guid user, string what) => http.PostNothingAsync(PathOf(user, "/" + what));

    public static async Task<JsonElement> DetailsAsync(this HttpClient http, Guid user) =>
        await (await http.FetchAsync(PathOf(user))).JsonAsync(HttpStatusCode.OK);

    public static async Task<string> EntityTagAsync(this HttpClient http, Guid user) => (await http.FetchAsync(PathOf(user))).Headers.ETag!.ToString();

    /// <summary>Takes away a staff member's right, as another administrator, so that their requests are refused with this code from now on.</summary>
    public static async Task RemoveRightAsync(this HttpClient http, Guid staff, string code)
    {
        var answer = code switch
        {
            "forbidden" => await http.UpdateUserAsync(staff, new { roles = Array.Empty<string>() }),
            "account_disabled" => await http.UpdateUserAsync(staff, new { is_active = false }),
            "session_revoked" => await http.HelpAsync(staff, "revoke-sessions"),
            _ => throw new ArgumentOutOfRangeException(nameof(code), code, null),
        };
        Assert.True(answer.IsSuccessStatusCode, $"{code}: {answer.StatusCode}");
    }

    /// <summary>Reads the actor and the details of a user's only event of this kind.</summary>
    public static async Task<(Guid? Actor, JsonElement Details)> SingleEventAsync(this CortexApp app, string action, Guid user)
    {
        Assert.Equal(1L, await app.CountEventsAsync(action, user));
        var actor = await app.SqlAsync("SELECT actor_id FROM audit_events WHERE action = $1 AND user_id = $2", action, user);
        var details =
            (string)(await app.SqlAsync("SELECT coalesce(details::text, 'null') FROM audit_events WHERE action = $1 AND user_id = $2", action, user))!;
        return (actor as Guid?, JsonDocument.Parse(details).RootElement);
    }

    public static async Task<long> CountEventsAsync(this CortexApp app, string action, Guid user) =>
        (long)(await app.SqlAsync("SELECT count(*) FROM audit_events WHERE action = $1 AND user_id = $2", action, user))!;

    public static void ShouldShowChange(this JsonElement details, string before, string after)
    {
        Assert.Equal(["after", "before"], details.EnumerateObject().Select(part => part.Name).Order());
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(before).RootElement, details.GetProperty("before")), $"before: {details}");
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(after).RootElement, details.GetProperty("after")), $"after: {details}");
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient http, HttpMethod method, Guid user, HttpContent? content, string? ifMatch)
    {
        var request = new HttpRequestMessage(method, PathOf(user)) { Content = content };
        if (ifMatch is not null)
        {
            Assert.True(request.Headers.TryAddWithoutValidation("If-Match", ifMatch));
        }

        return http.SendAsync(request, Cancel);
    }
}
