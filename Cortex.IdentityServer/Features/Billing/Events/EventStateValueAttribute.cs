using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Events;

/// <summary>Documents a parameter that is one of <see cref="EventState"/>.</summary>
internal sealed class EventStateValueAttribute() : WordValueAttribute(EventState.All);
