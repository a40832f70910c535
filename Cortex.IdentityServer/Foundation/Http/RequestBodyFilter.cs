using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Cortex.IdentityServer.Foundation.Http;

/// <summary>Validates every <see cref="IRequestBody"/> and reports errors under the fields' JSON names.</summary>
internal static class RequestBodyFilter
{
    /// <summary>Adds the filter only to routes with such a body, because a filter boxes a route's arguments on each request.</summary>
    public static TBuilder ValidateBodies<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder => routes.AddEndpointFilterFactory((handler, next) =>
            handler.MethodInfo.GetParameters().Any(parameter => parameter.ParameterType.IsAssignableTo(typeof(IRequestBody)))
                ? context => ValidateAsync(context, next)
                : next);

    private static ValueTask<object?> ValidateAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        foreach (var body in context.Arguments.OfType<IRequestBody>())
        {
            var results = new List<ValidationResult>();
            if (!Validator.TryValidateObject(body, new ValidationContext(body), results, validateAllProperties: true))
            {
                return new(Refusal.Invalid(ByField(results)).ToProblem());
            }
        }

        return next(context);
    }

    private static Dictionary<string, string[]> ByField(IEnumerable<ValidationResult> results) => results
        .SelectMany(
            result => result.MemberNames.DefaultIfEmpty(""),
            (result, member) => (Field: JsonNamingPolicy.SnakeCaseLower.ConvertName(member), Message: result.ErrorMessage ?? ""))
        .GroupBy(error => error.Field, error => error.Message)
        .ToDictionary(errors => errors.Key, errors => errors.ToArray());
}
