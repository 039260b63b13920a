using ActiveInas.Networks;

namespace ActiveInas.Learning;

/// <summary>Holds f_theta: at most one model, disposed when it is replaced, cleared or left behind by an exception.</summary>
internal sealed class ModelSlot : IDisposable
{
    /// <summary>f_theta, or null.</summary>
    public IModel? Model { get; private set; }

    /// <summary>Takes a model over.</summary>
    public IModel Set(IModel model)
    {
        Clear();
        Model = model;
        return model;
    }

    /// <summary>Gives the model away: the receiver disposes it.</summary>
    public IModel? Release()
    {
        IModel? model = Model;
        Model = null;
        return model;
    }

    /// <summary>Disposes the model.</summary>
    public void Clear() => Release()?.Dispose();

    /// <inheritdoc/>
    public void Dispose() => Clear();
}
