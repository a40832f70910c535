namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Names of claims, in access tokens and in the principals of both schemes.</summary>
internal static class CortexClaims
{
    public const string Subject = "sub";
    public const string SessionId = "sid";
    public const string ApiKeyId = "api_key_id";
    public const string Email = "email";
    public const string Tier = "subscription_tier";
    public const string Roles = "roles";

    /// <summary>Of principals only: the second factors that the account has now, of <see cref="SecondFactors"/>.</summary>
    public const string SecondFactor = "second_factor";
    public const string Methods = "amr";
    public const string Scope = "scope";
}
