"""Reports of `study=reverse`: the smallest shock that leaves too little paid."""
