using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Validates access tokens. If a token names an unknown signing key, checks once whether another replica has just created that key.</summary>
/// <remarks>
/// The library resolves keys synchronously, where a query would block a thread, so the handler queries for the key and validates again. It never fetches a key
/// from a URL in the token's header.
/// </remarks>
internal sealed class AccessTokenHandler : JsonWebTokenHandler
{
    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        if (!CompactJws.IsCanonical(token))
        {
            return new() { IsValid = false, Exception = new SecurityTokenMalformedException() };
        }

        var result = await base.ValidateTokenAsync(token, validationParameters);
        return result.Exception is SecurityTokenSignatureKeyNotFoundException
            && validationParameters is AccessTokenValidation { Keys: var keys }
            && await keys.TryLoadAsync(ReadJsonWebToken(token).Kid)
                ? await base.ValidateTokenAsync(token, validationParameters)
                : result;
    }
}
