using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>A WebAuthn ceremony that the server has begun: the token that identifies it and the options for the browser.</summary>
internal sealed record PasskeyCeremony(string Token, JsonElement Options)
{
    public static PasskeyCeremony Of(JsonElement answer) => new(answer.GetProperty("passkey_token").GetString()!, answer.GetProperty("options"));
}

/// <summary>A user with a passkey.</summary>
internal sealed record PasskeyUser(TestUser User, HttpClient Http, SoftAuthenticator Key, Guid PasskeyId);

/// <summary>Registers passkeys and logs in with them, as a user would.</summary>
internal static class PasskeySteps
{
    public const string Passkeys = "/api/v1/auth/passkeys";
    public const string LogIn = "/api/v1/auth/login/passkey";
    public const string SecondFactor = "/api/v1/auth/login/2fa/passkey";
    public const string Reauthenticate = "/api/v1/auth/reauthenticate/passkey";

    public static async Task<PasskeyCeremony> BeginPasskeyAsync(this HttpClient http) =>
        PasskeyCeremony.Of(await (await http.PostAsync(Passkeys + "/options", new { })).JsonAsync(HttpStatusCode.OK));

    public static Task<HttpResponseMessage> RegisterPasskeyAsync(this HttpClient http, PasskeyCeremony ceremony, JsonObject credential, string? name = null) =>
        http.PostAsync(Passkeys, name is null ? new { passkey_token = ceremony.Token, credential } : new { passkey_token = ceremony.Token, credential, name });

    public static async Task<Guid> AddPasskeyAsync(this HttpClient http, SoftAuthenticator key)
    {
        var ceremony = await http.BeginPasskeyAsync();
        return (await (await http.RegisterPasskeyAsync(ceremony, key.Create(ceremony.Options))).JsonAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
    }

    /// <summary>Registers a user, logs in, and adds a passkey.</summary>
    public static async Task<PasskeyUser> SignUpWithPasskeyAsync(this CortexApp app, SoftAuthenticator? key = null)
    {
        key ??= new();
        var (user, _, http) = await app.SignUpAsync();
        return new(user, http, key, await http.AddPasskeyAsync(key));
    }

    public static async Task<PasskeyCeremony> BeginPasskeyLoginAsync(this CortexApp app) =>
        PasskeyCeremony.Of(await (await app.Anonymous().PostAsync(LogIn + "/options", new { })).JsonAsync(HttpStatusCode.OK));

    public static Task<HttpResponseMessage> FinishPasskeyLoginAsync(this CortexApp app, PasskeyCeremony ceremony, JsonObject credential) =>
        app.Anonymous().PostAsync(LogIn, new { passkey_token = ceremony.Token, credential });

    /// <summary>Performs a complete login with a passkey.</summary>
    public static async Task<HttpResponseMessage> LogInWithPasskeyAsync(this CortexApp app, SoftAuthenticator key, Tampering? tampering = null)
    {
        var ceremony = await app.BeginPasskeyLoginAsync();
        return await app.FinishPasskeyLoginAsync(ceremony, key.Get(ceremony.Options, tampering));
    }

    public static async Task<PasskeyCeremony> BeginSecondFactorAsync(this CortexApp app, string twoFactorToken) =>
        PasskeyCeremony.Of(
            await (await app.Anonymous().PostAsync(SecondFactor + "/options", new { two_factor_token = twoFactorToken })).JsonAsync(HttpStatusCode.OK));

    public static Task<HttpResponseMessage> FinishSecondFactorAsync(
        this CortexApp app, string twoFactorToken, PasskeyCeremony ceremony, JsonObject credential) =>
        app.Anonymous().PostAsync(SecondFactor, new { two_factor_token = twoFactorToken, passkey_token = ceremony.Token, credential });

    /// <summary>Registers a user with an authenticator app, and adds a passkey.</summary>
    public static async Task<(TwoFactorUser User, SoftAuthenticator Key)> SignUpWithBothAsync(this CortexApp app, SoftAuthenticator? key = null)
    {
        var user = await app.SignUpWithTwoFactorAsync();
        key ??= new();
        await user.Http.AddPasskeyAsync(key);
        app.NextStep();
        return (user, key);
    }

    public static async Task<PasskeyCeremony> BeginReauthenticationAsync(this HttpClient http) =>
        PasskeyCeremony.Of(await (await http.PostAsync(Reauthenticate + "/options", new { })).JsonAsync(HttpStatusCode.OK));

    public static Task<HttpResponseMessage> FinishReauthenticationAsync(this HttpClient http, PasskeyCeremony ceremony, JsonObject credential) =>
        http.PostAsync(Reauthenticate, new { passkey_token = ceremony.Token, credential });

    /// <summary>Confirms the user's identity again with a passkey.</summary>
    public static async Task<HttpResponseMessage> ReauthenticateAsync(this HttpClient http, SoftAuthenticator key, Tampering? tampering = null)
    {
        var ceremony = await http.BeginReauthenticationAsync();
        return await http.FinishReauthenticationAsync(ceremony, key.Get(ceremony.Options, tampering));
    }

    /// <summary>Asserts that the session can't use the routes that require fresh authentication.</summary>
    public static async Task ShouldNotBeFreshAsync(this HttpClient http) =>
        await (await http.PostAsync("/api/v1/auth/api-keys/generate", new { name = "x" })).ShouldBeProblemAsync(401, "reauthentication_required");

    /// <summary>Returns the authentication methods (<c>amr</c>) in the access token of a response.</summary>
    public static async Task<string[]> MethodsAsync(this HttpResponseMessage response) =>
        [.. Jwt.Read(Tokens.Of(await response.JsonAsync(HttpStatusCode.OK)).AccessToken).Payload["amr"]!.AsArray()
            .Select(method => method!.GetValue<string>())];
}
