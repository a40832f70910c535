namespace Cortex.IdentityServer.Benchmarks;

/// <summary>Reads a verb's arguments, and prints its results as the line of JSON that <c>benchmarks/load</c> reads.</summary>
internal static class Settings
{
    public static string Text(this IConfiguration arguments, string name) =>
        arguments[name] is { Length: > 0 } text ? text : throw new ArgumentException($"--{name} is missing.");

    public static int Number(this IConfiguration arguments, string name) => int.Parse(arguments.Text(name), System.Globalization.CultureInfo.InvariantCulture);

    public static void Print(params (string Name, double Value)[] figures) =>
        Console.WriteLine(System.Text.Json.JsonSerializer.Serialize(figures.ToDictionary(figure => figure.Name, figure => figure.Value)));
}
