using Npgsql;
using Npgsql.Internal;
using Npgsql.Internal.Postgres;

// Npgsql marks its type resolution API as experimental; ForeignRowTests cover the parts used here.
#pragma warning disable NPG9001

namespace Cortex.IdentityServer.Foundation.Data;

/// <summary>
/// Lets Npgsql read timestamps outside .NET's range, which other programs may have stored: years before 1 read as <see cref="DateTimeOffset.MinValue"/>,
/// and years after 9999 as <see cref="DateTimeOffset.MaxValue"/>. Otherwise, a row that contains one would be unreadable.
/// </summary>
/// <remarks>Code that compares such timestamps reads them as <see cref="long"/>, PostgreSQL's own representation (<see cref="StoredTime"/>).</remarks>
internal sealed class ClampedTimestamps : PgTypeInfoResolverFactory
{
    private static readonly Resolver Instance = new();

    public static void AddTo(NpgsqlDataSourceBuilder builder) => builder.AddTypeInfoResolverFactory(new ClampedTimestamps());

    public override IPgTypeInfoResolver CreateResolver() => Instance;

    public override IPgTypeInfoResolver? CreateArrayResolver() => null;

    private sealed class Resolver : IPgTypeInfoResolver
    {
        private readonly TypeInfoMappingCollection _mappings = new();

        public Resolver() => _mappings.AddStructType<DateTimeOffset>(
            "pg_catalog.timestamptz", static (options, mapping, _) => mapping.CreateInfo(options, new Converter()));

        public PgTypeInfo? GetTypeInfo(Type? type, DataTypeName? dataTypeName, PgSerializerOptions options) => _mappings.Find(type, dataTypeName, options);
    }

    private sealed class Converter : PgBufferedConverter<DateTimeOffset>
    {
        public override bool CanConvert(DataFormat format, out BufferRequirements bufferRequirements)
        {
            bufferRequirements = BufferRequirements.CreateFixedSize(sizeof(long));
            return format is DataFormat.Binary;
        }

        protected override DateTimeOffset ReadCore(PgReader reader) => StoredTime.ToDotNet(reader.ReadInt64());

        protected override void WriteCore(PgWriter writer, DateTimeOffset value) => writer.WriteInt64(StoredTime.FromDotNet(value));
    }
}
