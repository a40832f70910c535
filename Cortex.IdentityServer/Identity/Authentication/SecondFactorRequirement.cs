using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Authorization;

namespace Cortex.IdentityServer.Identity.Authentication;

/// <summary>Requires a second factor of users, but not of API keys, which have none. It is a separate requirement so that the response can name it.</summary>
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
