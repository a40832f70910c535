using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Cortex.IdentityServer.Identity.Sessions;

/// <summary>Checks access tokens; where one names a key that isn't known, it looks once whether another replica has just made it.</summary>
/// <remarks>The library asks for keys synchronously, and a query must not hold a thread. Nothing is ever fetched from an address in a header.</remarks>
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
            && await keys.LookAgainAsync(ReadJsonWebToken(token).Kid)
                ? await base.ValidateTokenAsync(token, validationParameters)
                : result;
    }
}
