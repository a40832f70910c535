using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Metering;

/// <summary>Documents a parameter that is one of <see cref="UnacceptedState"/>.</summary>
internal sealed class UnacceptedStateValueAttribute() : WordValueAttribute(UnacceptedState.All);
