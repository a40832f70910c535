using System.Text.Json;
using Cortex.IdentityServer.Features.Billing.Polar;
using Cortex.IdentityServer.Features.Billing.Reconciliation;

namespace Cortex.IdentityServer.Tests.Billing;

/// <summary>Which meters at Polar can be compared with sums of usage.</summary>
public sealed class MeterMetricTests
{
    private const string Named = """{"property": "name", "operator": "eq", "value": "usage"}""";
    private const string Simple = $$"""{"conjunction": "and", "clauses": [{{Named}}]}""";
    private const string Sum = """{"func": "sum", "property": "tokens_used"}""";

    [Theory]
    [InlineData(Simple, Sum, "tokens_used")]
    [InlineData(Simple, """{"func": "sum", "property": "cost_usd"}""", "cost_usd")]
    [InlineData(Simple, """{"func": "sum", "property": "requests"}""", "requests")]
    [InlineData($$"""{"conjunction": "and", "clauses": [{"conjunction": "or", "clauses": [{{Named}}]}]}""", Sum, "tokens_used")]
    [InlineData($$"""{"conjunction": "and", "clauses": [{{Named}}, {"property": "provider", "operator": "eq", "value": "openai"}]}""", Sum, null)]
    [InlineData("""{"conjunction": "and", "clauses": [{"property": "name", "operator": "eq", "value": "other"}]}""", Sum, null)]
    [InlineData("""{"conjunction": "and", "clauses": [{"property": "name", "operator": "ne", "value": "usage"}]}""", Sum, null)]
    [InlineData("""{"conjunction": "and", "clauses": [{"property": "name", "operator": "eq", "value": 1}]}""", Sum, null)]
    [InlineData("""{"conjunction": "and", "clauses": []}""", Sum, null)]
    [InlineData("""{"clauses": [7]}""", Sum, null)]
    [InlineData("null", Sum, null)]
    [InlineData(Simple, """{"func": "max", "property": "tokens_used"}""", null)]
    [InlineData(Simple, """{"func": "sum", "property": "_cost.amount"}""", null)]
    [InlineData(Simple, """{"func": "count"}""", null)]
    [InlineData(Simple, "[]", null)]
    public void A_meter_is_compared_if_it_sums_one_value_of_all_our_events(string filter, string aggregation, string? metric)
    {
        using var json = JsonDocument.Parse($$"""{"id": "1", "name": "A meter", "filter": {{filter}}, "aggregation": {{aggregation}}}""");

        Assert.Equal(metric, MeterMetric.Of(PolarMeter.Read(json.RootElement)!, "usage"));
    }
}
