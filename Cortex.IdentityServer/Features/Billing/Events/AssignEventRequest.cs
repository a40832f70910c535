using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.Billing.Events;

/// <summary>The user whom an event is about.</summary>
/// <param name="UserId">The id of the user.</param>
internal sealed record AssignEventRequest([property: Required] Guid? UserId) : IRequestBody, IExample<AssignEventRequest>
{
    public static AssignEventRequest Example => new(ExampleValues.Id);
}
