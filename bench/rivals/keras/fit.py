from parts import loss_for, model_for, optimizer_for, set_up, version


def prepare(task, threads):
    set_up(threads)
    model = model_for(task)
    rates = task["optimizer"]
    optimizer = optimizer_for(rates, model.trainable_variables)
    model.compile(optimizer, loss_for())
    rows, batch = task["rows"], task["input"][0]
    x = task["x"].reshape(rows, *task["input"][1:])
    labels = task["labels"]

    def fit(epochs, shuffle=True, rate=rates["timedRate"]):
        optimizer.learning_rate = rate
        history = model.fit(x, labels, batch_size=batch, epochs=epochs, shuffle=shuffle, verbose=0)
        return history.history["loss"][-1:]

    return {"version": version, "run": fit, "check": lambda epochs: fit(epochs, False, rates["rate"])}
