namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>The names of claims in access tokens and in the principals of both authentication schemes.</summary>
internal static class CortexClaims
{
    public const string Subject = "sub";
    public const string SessionId = "sid";
    public const string ApiKeyId = "api_key_id";
    public const string Email = "email";
    public const string Tier = "subscription_tier";
    public const string Roles = "roles";

    /// <summary>A second factor that the account has now, one of <see cref="SecondFactors"/>. Only principals carry this claim.</summary>
    public const string SecondFactor = "second_factor";
    public const string Methods = "amr";
    public const string Scope = "scope";
}
