using System.Globalization;
using System.Text.Json.Nodes;
using Cortex.Polar.Http;
using Cortex.Polar.Shapes;

namespace Cortex.Polar.Api;

/// <summary>Meters, computed from the accepted events.</summary>
internal sealed class MeterApi(PolarOrganization organization)
{
    public void Map(PolarRoutes routes)
    {
        routes.Add("GET", "/v1/meters/", call => call.Page(organization.Meters, meter => MeterShape.Of(meter)));
        routes.Add("GET", "/v1/meters/{id}", call => Find(call) is { } meter ? PolarAnswer.Json(200, MeterShape.Of(meter)) : PolarAnswer.NotFound());
        routes.Add("GET", "/v1/meters/{id}/quantities", Quantities);
        routes.Add("GET", "/v1/customer-meters/", CustomerMeters);
    }

    private PolarMeter? Find(PolarCall call) => organization.Meters.FirstOrDefault(meter => meter.Id == call.Id);

    private PolarAnswer CustomerMeters(PolarCall call)
    {
        var (customers, externalIds, meters) = (call.Filter("customer_id"), call.Filter("external_customer_id"), call.Filter("meter_id"));
        return call.Page(
            organization.Customers.Where(customer => customers?.Contains(customer.Id.ToString()) != false
                && externalIds?.Contains(customer.ExternalId ?? "") != false)
                .SelectMany(_ => organization.Meters.Where(meter => meters?.Contains(meter.Id.ToString()) != false), (customer, meter) =>
                    MeterShape.OfCustomer(customer, meter, organization))
                .OfType<JsonObject>().ToList(),
            shape => shape);
    }

    private PolarAnswer Quantities(PolarCall call)
    {
        var problems = new List<PolarProblem>();
        var (start, end) = (Time(call, "start_timestamp", problems), Time(call, "end_timestamp", problems));
        var interval = call.Query["interval"].ToString();
        if (interval is not ("hour" or "day" or "week" or "month" or "year"))
        {
            problems.Add(new(
                interval.Length == 0 ? "missing" : "enum",
                ["query", "interval"],
                interval.Length == 0 ? "Field required" : "Input should be 'year', 'month', 'week', 'day' or 'hour'",
                interval));
        }

        if (problems.Count > 0)
        {
            return PolarAnswer.Invalid(problems, isForm: true);
        }

        if (Find(call) is not { } meter)
        {
            return PolarAnswer.NotFound();
        }

        var (customers, externalIds) = (call.Filter("customer_id"), call.Filter("external_customer_id"));
        var chosen = customers is null && externalIds is null
            ? null
            : organization.Customers.Where(customer =>
                customers?.Contains(customer.Id.ToString()) == true || externalIds?.Contains(customer.ExternalId ?? "") == true).ToList();
        var events = organization.Usage.Measured(meter)
            .Where(measured => chosen is null
                || externalIds?.Contains(measured.ExternalCustomerId ?? "") == true
                || chosen.Any(customer => customer.Id == measured.CustomerId || (customer.ExternalId ?? "") == measured.ExternalCustomerId))
            .ToList();
        var quantities = new JsonArray();
        var total = 0m;
        for (var from = Truncate(start, interval); from <= end; from = Next(from, interval))
        {
            var to = Next(from, interval);
            var quantity = PolarUsage.Measure(meter, events.Where(measured => measured.Timestamp >= from && measured.Timestamp < to));
            quantities.Add(new JsonObject { ["timestamp"] = PolarTime.Text(from), ["quantity"] = quantity });
            total += quantity;
        }

        return PolarAnswer.Json(200, new JsonObject { ["quantities"] = quantities, ["total"] = total });
    }

    private static DateTimeOffset Time(PolarCall call, string name, List<PolarProblem> problems)
    {
        var text = call.Query[name].ToString();
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            problems.Add(text.Length == 0
                ? new("missing", ["query", name], "Field required", null)
                : new("datetime_from_date_parsing", ["query", name], "Input should be a valid datetime or date", text));
        }

        return time.ToUniversalTime();
    }

    private static DateTimeOffset Truncate(DateTimeOffset time, string interval)
    {
        var day = new DateTimeOffset(time.UtcDateTime.Date, TimeSpan.Zero);
        return interval switch
        {
            "hour" => day.AddHours(time.Hour),
            "day" => day,
            "week" => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
            "month" => day.AddDays(1 - day.Day),
            _ => day.AddDays(1 - day.DayOfYear),
        };
    }

    private static DateTimeOffset Next(DateTimeOffset time, string interval) => interval switch
    {
        "hour" => time.AddHours(1),
        "day" => time.AddDays(1),
        "week" => time.AddDays(7),
        "month" => time.AddMonths(1),
        _ => time.AddYears(1),
    };
}
