using System.ComponentModel;
using System.Diagnostics;
using System.Security.Claims;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>The caller's API keys. Only users manage keys: an API key can't create another.</summary>
internal static class ApiKeyEndpoints
{
    /// <summary>Create an API key</summary>
    /// <remarks>
    /// The key appears only in this response. An account can have 50 active keys and 200 keys that aren't revoked. The owner chooses the scopes, which say what
    /// the key is meant for; they aren't privileges that the server grants.
    /// </remarks>
    internal static async Task<Results<Created<GeneratedApiKeyResponse>, Problem>> GenerateApiKey(
        GenerateApiKeyRequest body, ClaimsPrincipal caller, ApiKeyService keys, HttpContext http, CancellationToken cancellationToken) =>
        Answer(await keys.GenerateAsync(caller.UserId(), caller.SessionId(), body, http.Origin(), cancellationToken));

    /// <summary>List the caller's API keys</summary>
    /// <remarks>Lists at most 200 keys, newest first, without the keys themselves.</remarks>
    internal static async Task<Ok<IReadOnlyList<ApiKeyResponse>>> ListApiKeys(
        ClaimsPrincipal caller, ApiKeyService keys, CancellationToken cancellationToken) =>
        TypedResults.Ok(await keys.ListAsync(caller.UserId(), cancellationToken));

    /// <summary>Rename an API key, or turn it off or on</summary>
    /// <remarks>Omitted fields aren't changed.</remarks>
    internal static async Task<Results<Ok<ApiKeyResponse>, Problem>> UpdateApiKey(
        [FromRoute(Name = "key_id"), Description("The id of the key.")] Guid keyId, UpdateApiKeyRequest body, ClaimsPrincipal caller, ApiKeyService keys,
        HttpContext http, CancellationToken cancellationToken) =>
        await keys.UpdateAsync(caller.UserId(), keyId, body, http.Origin(), cancellationToken) switch
        {
            ({ } key, _) => TypedResults.Ok(key),
            (_, true) => Problems.ApiKeyLimit.ToProblem(),
            _ => Problems.NotFound.ToProblem(),
        };

    /// <summary>Replace an API key</summary>
    /// <remarks>
    /// Returns a new key with the same name, scopes, and lifetime. The old key works until the overlap ends. At the limit of 200 keys, the replaced key that
    /// expired first is revoked to make room.
    /// </remarks>
    internal static async Task<Results<Created<GeneratedApiKeyResponse>, Problem>> RotateApiKey(
        [FromRoute(Name = "key_id"), Description("The id of the key.")] Guid keyId, RotateApiKeyRequest? body, ClaimsPrincipal caller, ApiKeyService keys,
        HttpContext http, CancellationToken cancellationToken) =>
        Answer(
            await keys.RotateAsync(
                caller.UserId(), caller.SessionId(), keyId, TimeSpan.FromSeconds(body?.OverlapSeconds ?? 0), http.Origin(), cancellationToken));

    /// <summary>Revoke an API key</summary>
    /// <remarks>
    /// The key stops working immediately and can't be turned on again. Usage that was recorded with the key keeps its id, and the server keeps its name for as
    /// long as there is such usage.
    /// </remarks>
    internal static async Task<Results<NoContent, Problem>> RevokeApiKey(
        [FromRoute(Name = "key_id"), Description("The id of the key.")] Guid keyId, ClaimsPrincipal caller, ApiKeyService keys, HttpContext http,
        CancellationToken cancellationToken) =>
        await keys.RevokeAsync(caller.UserId(), keyId, http.Origin(), cancellationToken) ? TypedResults.NoContent() : Problems.NotFound.ToProblem();

    private static Results<Created<GeneratedApiKeyResponse>, Problem> Answer(NewApiKeyResult result) => result switch
    {
        NewApiKeyResult.Created made => TypedResults.Created((string?)null, made.Key),
        NewApiKeyResult.LimitReached => Problems.ApiKeyLimit.ToProblem(),
        NewApiKeyResult.UnknownScope unknown => Refusal.Invalid("scopes", $"must be among {unknown.Choices}").ToProblem(),
        NewApiKeyResult.ForbiddenScope =>
            (Problems.Forbidden with { Detail = $"The scope {ApiKeyOptions.UsageWrite} is reserved for service accounts and administrators." }).ToProblem(),
        NewApiKeyResult.SessionEnded => Problems.SessionRevoked.ToProblem(),
        NewApiKeyResult.NotFound => Problems.NotFound.ToProblem(),
        NewApiKeyResult.NotRotatable =>
            (Problems.ValidationFailed with { Detail = "Only an active key that hasn't been replaced yet can be rotated." }).ToProblem(),
        _ => throw new UnreachableException(),
    };
}
