using Cortex.IdentityServer.Identity.Users;

namespace Cortex.IdentityServer.Features.Billing.Webhooks;

/// <summary>The SQL that finds the user whom an event is about.</summary>
internal static class UserMatch
{
    private const string Uuid = "'^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'";

    /// <summary>Returns an SQL expression for the UUID that another expression contains; NULL if it contains none.</summary>
    public static string UuidIn(string text) => $"CASE WHEN {text} ~ {Uuid} THEN {text}::uuid END";

    /// <summary>
    /// Returns the user's id, or NULL if the user isn't known. The external id, which this server gives with a checkout, comes first; then the customer's link
    /// to a user; then the email address, if one account has verified it here. If the external id is a user's who doesn't exist, the email doesn't count.
    /// </summary>
    /// <param name="externalId">An SQL expression for <see cref="PolarCustomer.ExternalId"/>.</param>
    /// <param name="customerId">An SQL expression for Polar's id of the customer.</param>
    /// <param name="email">An SQL expression for the customer's email address.</param>
    public static string Sql(string externalId, string customerId, string email) => $"""
        coalesce(
            (SELECT id FROM users WHERE id = {UuidIn(externalId)} AND {UserSql.Exists}),
            (SELECT users.id FROM billing_customers JOIN users ON users.id = billing_customers.user_id
                WHERE billing_customers.customer_id = {customerId} AND {UserSql.Exists}),
            (SELECT CASE WHEN count(*) = 1 THEN (array_agg(id))[1] END FROM users
                WHERE {AccountByEmail.Folded} = cortex_fold_email({email}) AND {UserSql.IsVerified} AND {UserSql.Exists}
                    AND coalesce({externalId}, '') !~ {Uuid}))
        """;
}
