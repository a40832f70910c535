namespace Cortex.IdentityServer.Http;

/// <summary>What a route without a session answers when the account that it is about is deleted meanwhile: the same as for an account that never was.</summary>
internal sealed record OwnerVanishes(Problem Problem);

/// <summary>Notes it on a route; one with a session answers <see cref="Problems.SessionRevoked"/>.</summary>
internal static class OwnerVanishesExtensions
{
    public static TBuilder WhenOwnerVanishes<TBuilder>(this TBuilder route, Problem problem)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new OwnerVanishes(problem));
}
