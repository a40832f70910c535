using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Authorization;

namespace Cortex.IdentityServer.Identity.Authentication;

/// <summary>Asks a second factor of people alone, as a key has none. A requirement of its own, so that its refusal can say so.</summary>
internal sealed class SecondFactorRequirement(bool isRequired) : IAuthorizationRequirement, IAuthorizationHandler
{
    public Task HandleAsync(AuthorizationHandlerContext context)
    {
        if (!isRequired || !context.User.HasSession() || context.User.HasSecondFactor())
        {
            context.Succeed(this);
        }

        return Task.CompletedTask;
    }
}
